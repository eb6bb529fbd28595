import { readFileSync } from 'node:fs';
import type { InspectionProblem, InspectionResult } from '../protocol/inspection';
import type { InspectionRequest } from './inspection-messages';

/** A problem that is known by name when it arises; everything else that is thrown becomes `threw`. */
export class InspectionError extends Error {
  constructor(
    readonly code: InspectionProblem['code'],
    message: string,
  ) {
    super(message);
    this.name = 'InspectionError';
  }
}

export const inputShapeNeededSentence = (what: string): string =>
  `${what} does not say the shape of its input: give inputShape to its first layer, or write a comment such as “// e2train: input 32x32x3” in this file.`;

/**
 * The text to inspect: the editor's, or that of the disk.
 * @throws InspectionError when there is no such file.
 */
export function textOf({ file, text }: InspectionRequest): string {
  try {
    return text ?? readFileSync(file, 'utf8');
  } catch (error) {
    const isFolder = (error as NodeJS.ErrnoException).code === 'EISDIR';
    const message = isFolder ? `${file} is a folder: name the model file in it.` : `${file} cannot be read: check that it exists.`;
    throw new InspectionError('module-not-found', message);
  }
}

/** An inspection that came to nothing, for one reason. */
export function failedInspection(
  { file }: InspectionRequest,
  problem: InspectionProblem,
  details: { dependencies?: string[]; milliseconds: number },
): InspectionResult {
  return { file, models: [], problems: [problem], dependencies: details.dependencies ?? [], milliseconds: details.milliseconds };
}
