import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../../platform/atomic-write';
import { environmentSchema } from '../../protocol/runs';
import type { RunFolder } from '../../runs/run-folder';

/** What made a run, or the part of it that was trained in one go. */
export const makingSchema = z.strictObject({
  command: z.string(),
  commit: z.string(),
  /** What has to be said of the copy of the data set, or of the machine meanwhile. */
  note: z.string().optional(),
  environment: environmentSchema,
});
export type Making = z.infer<typeof makingSchema>;

const fileSchema = z.strictObject({
  /** Iterations that were there when a sitting began, and what it was made by; in order. */
  sittings: z.array(z.strictObject({ iteration: z.int().min(0), making: makingSchema })),
});
type SittingsFile = z.infer<typeof fileSchema>;

const pathOf = ({ directory }: RunFolder): string => join(directory, 'experiment.json');

/**
 * What made each part of a run, in order; nothing for one that was not begun by an experiment, or before experiments wrote this down.
 * @throws Error with one sentence when the file is damaged.
 */
export function makingsOf(run: RunFolder): Making[] {
  return read(run).sittings.map(({ making }) => making);
}

/**
 * Writes into a run's folder, as its training begins or goes on, what it is made by from here.
 * @throws Error with one sentence when it cannot be written.
 */
export function noteSitting(run: RunFolder, making: Omit<Making, 'environment'>): void {
  const { environment, resumes } = run.read();
  const iteration = resumes.at(-1)?.iteration ?? 0;
  // What was trained after the checkpoint that the run goes on from is trained anew.
  const kept = read(run).sittings.filter((sitting) => sitting.iteration < iteration);
  const file: SittingsFile = { sittings: [...kept, { iteration, making: { ...making, environment: environment! } }] };
  writeFileAtomically(pathOf(run), `${JSON.stringify(file, null, 2)}\n`);
}

function read(run: RunFolder): SittingsFile {
  const path = pathOf(run);
  if (!existsSync(path)) return { sittings: [] };
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new Error(`${path} is damaged, or was written by another version; delete it, and the run counts as made by the present call.`);
  }
}
