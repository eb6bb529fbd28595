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

/** An inspection that came to nothing, for one reason. */
export function failedInspection(
  { file }: InspectionRequest,
  problem: InspectionProblem,
  details: { dependencies?: string[]; milliseconds: number },
): InspectionResult {
  return { file, models: [], problems: [problem], dependencies: details.dependencies ?? [], milliseconds: details.milliseconds };
}
