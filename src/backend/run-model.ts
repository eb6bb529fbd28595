import { isAbsolute, join } from 'node:path';
import type { ModelReference } from '../protocol/configuration';
import type { InspectedModel, InspectionProblem, InspectionResult } from '../protocol/inspection';
import type { LayerGraph } from '../protocol/layer-graph';
import type { MethodParameters } from '../protocol/messages';
import { refuse } from './rpc-server';

type FileModel = Extract<ModelReference, { kind: 'file' }>;

/**
 * The layer graph of the model that a run names in a person's file.
 * @throws RpcError with the sentence that inspection gave, or that says which models the file has.
 */
export async function graphOfFileModel(
  model: FileModel,
  workspace: string,
  inspect: (question: MethodParameters<'inspect'>) => Promise<InspectionResult>,
): Promise<LayerGraph> {
  const file = isAbsolute(model.path) ? model.path : join(workspace, model.path);
  const { models, problems } = await inspect({ file, ...(model.inputShape && { inputShape: model.inputShape }) });
  const chosen = chooseModel(models, model.exportName);
  if (chosen) return chosen.graph;
  const problem = problems.find(({ exportName }) => exportName === model.exportName) ?? problems[0];
  if (problem) throw refuse(sentenceOf(problem));
  const names = models.map(({ exportName }) => `“${exportName}”`).join(', ');
  if (models.length === 0) throw refuse(`${file} has no model: export a function that returns one.`);
  if (model.exportName) throw refuse(`${file} has no model “${model.exportName}”; it has ${names}.`);
  throw refuse(`${file} has several models (${names}): say which one to train.`);
}

function chooseModel(models: readonly InspectedModel[], exportName: string | undefined): InspectedModel | undefined {
  if (exportName !== undefined) return models.find((model) => model.exportName === exportName);
  return models.length === 1 ? models[0] : models.find((model) => model.exportName === 'default');
}

function sentenceOf({ message, source }: InspectionProblem): string {
  return source ? `${message} (${source.file}:${source.line})` : message;
}
