import type { InspectedModel, InspectionProblem, InspectionResult } from '../protocol/inspection';

/**
 * The model of a file that a person means: the named one, the only one, or the default export.
 * @throws Error with the sentence that inspection gave, or one that says which models the file has.
 */
export function chooseModel({ file, models, problems }: InspectionResult, exportName?: string): InspectedModel {
  const chosen =
    exportName === undefined
      ? ((models.length === 1 ? models[0] : undefined) ?? models.find((model) => model.exportName === 'default'))
      : models.find((model) => model.exportName === exportName);
  if (chosen) return chosen;
  const problem = problems.find((candidate) => candidate.exportName === exportName) ?? problems[0];
  if (problem) throw new Error(problemInWords(problem));
  if (models.length === 0) throw new Error(`${file} has no model: export a function that returns one.`);
  const names = models.map((model) => `“${model.exportName}”`).join(', ');
  if (exportName !== undefined) throw new Error(`${file} has no model “${exportName}”; it has ${names}.`);
  throw new Error(`${file} has several models (${names}): say which one, on the command line with --export.`);
}

/** A problem as one sentence with its place. */
export function problemInWords({ message, source }: InspectionProblem): string {
  return source ? `${message} (${source.file}:${source.line})` : message;
}
