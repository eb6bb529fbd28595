import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { issuesInWords } from '../../protocol/issue-in-words';
import { gatedResNets } from './gated-resnets';
import { predictiveConvolutions } from './predictive-convolutions';
import { quantizers } from './quantizers';
import type { ReferenceFormat } from './reference-format';

export const referenceFormats = [quantizers, predictiveConvolutions, gatedResNets] as const;

export type ReferenceFile =
  | { readonly file: string; readonly format: ReferenceFormat<unknown>; readonly content: unknown }
  /** `problem`: why the file cannot be run, though it is meant to be. */
  | { readonly file: string; readonly problem: string }
  /** A whole file that is meant for something else. */
  | { readonly file: string; readonly unknown: true };

/**
 * The files of a folder (.json and .json.gz, whole or cut into parts .1, .2 …), each with the format that its content has, whatever its name.
 * @throws Error with one sentence when the folder is missing or has none.
 */
export function readReferenceFiles(folder: string): ReferenceFile[] {
  if (!existsSync(folder)) throw new Error(`There is no folder ${folder}: give one with reference files (.json or .json.gz).`);
  const files = [...new Set(readdirSync(folder).flatMap((file) => /^.*\.json(\.gz)?(?=(\.\d)?$)/.exec(file)?.[0] ?? []))].sort();
  if (files.length === 0) throw new Error(`The folder ${folder} has no reference files (.json or .json.gz).`);
  return files.map((file) => read(folder, file));
}

function partsOf(folder: string, file: string): string[] {
  const parts = readdirSync(folder).filter((name) => name.startsWith(`${file}.`));
  return parts.length > 0 ? parts.sort() : [file];
}

function read(folder: string, file: string): ReferenceFile {
  let parsed: unknown;
  try {
    const bytes = Buffer.concat(partsOf(folder, file).map((part) => readFileSync(join(folder, part))));
    parsed = JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
  } catch (error) {
    return { file, problem: `cannot be read: ${(error as Error).message}.` };
  }
  const format = referenceFormats.find(({ marks }) => hasSomeOf(marks, parsed)) as ReferenceFormat<unknown> | undefined;
  if (!format) return { file, unknown: true };
  const { data, error } = format.schema.safeParse(parsed);
  if (!error) return { file, format, content: data };
  const first = issuesInWords(error.issues.slice(0, 1), parsed, placeInWords);
  return { file, problem: `is of the format “${format.name}”, but cannot be used: ${first}` };
}

function hasSomeOf(fields: readonly string[], content: unknown): boolean {
  if (Array.isArray(content)) return content.some((entry) => hasSomeOf(fields, entry));
  return typeof content === 'object' && content !== null && fields.some((field) => field in content);
}

/** `params["fc.bias"]`, `[3].gwFull`. */
function placeInWords(path: readonly PropertyKey[]): string {
  const place = path.map((key) => {
    if (typeof key === 'number') return `[${key}]`;
    return /^\w+$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(key)}]`;
  });
  return place.join('').replace(/^\./, '') || 'its content';
}
