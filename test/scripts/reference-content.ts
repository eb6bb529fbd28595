import { join } from 'node:path';
import type { GatedResNetCase } from '../../src/scripts/reference/gated-resnet-case';
import { type ReferenceFile, readReferenceFiles } from '../../src/scripts/reference/reference-files';

/** The authors' tensors, see test/reference/README.md. */
export const references = join(__dirname, '..', 'reference');

/** @throws Error where the file is not one that can be computed. */
export function contentOf(file: ReferenceFile | undefined): Extract<ReferenceFile, { content: unknown }> {
  if (!file || !('content' in file)) throw new Error(`No cases: ${JSON.stringify(file)}.`);
  return file;
}

export function authorsCase(name: 'slu-resnet14-float' | 'slu-resnet14-psg'): GatedResNetCase {
  return contentOf(readReferenceFiles(references).find(({ file }) => file.startsWith(name))).content as GatedResNetCase;
}
