import { isAbsolute, join } from 'node:path';
import { chooseModel } from '../inspection/choose-model';
import type { InspectionRequest } from '../inspection/inspection-messages';
import { modelWithState } from '../inspection/python/model-state';
import type { ModelReference } from '../protocol/configuration';
import type { InspectedModel, InspectionResult } from '../protocol/inspection';
import type { LayerGraph } from '../protocol/layer-graph';
import type { MethodParameters } from '../protocol/messages';
import type { ModelToTrain } from '../training/python-model';
import { refuse, sentenceInstead } from './rpc-server';

type FileModel = Extract<ModelReference, { kind: 'file' }>;

type Inspect = (question: MethodParameters<'inspect'>) => Promise<InspectionResult>;

/**
 * The layer graph of the model that is named in a person's file.
 * @throws RpcError with the sentence that inspection gave, or that says which models the file has.
 */
export async function graphOfFileModel(model: FileModel, workspace: string, inspect: Inspect): Promise<LayerGraph> {
  return (await chosen(model, questionAbout(model, workspace), inspect)).graph;
}

/**
 * The model that a run names in a person's file, as training begins with it.
 * @param inspectAnew never answers from memory: a Python model's values are written while its file is run.
 * @throws RpcError as `graphOfFileModel` does, or with the sentence why a Python model cannot be trained.
 */
export async function fileModelToTrain(
  model: FileModel,
  workspace: string,
  inspect: Inspect,
  inspectAnew: (request: InspectionRequest) => Promise<InspectionResult>,
): Promise<ModelToTrain> {
  const question = questionAbout(model, workspace);
  return modelWithState(await chosen(model, question, inspect), question, inspectAnew).catch((error: Error) => {
    throw refuse(error.message);
  });
}

function questionAbout({ path, inputShape, python }: FileModel, workspace: string) {
  return { file: isAbsolute(path) ? path : join(workspace, path), ...(inputShape && { inputShape }), ...(python && { python }) };
}

async function chosen({ exportName }: FileModel, question: MethodParameters<'inspect'>, inspect: Inspect): Promise<InspectedModel> {
  const result = await inspect(question);
  return sentenceInstead(() => chooseModel(result, exportName));
}
