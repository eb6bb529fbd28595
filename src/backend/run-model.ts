import { isAbsolute, join } from 'node:path';
import { chooseModel } from '../inspection/choose-model';
import type { ModelReference } from '../protocol/configuration';
import type { InspectionResult } from '../protocol/inspection';
import type { LayerGraph } from '../protocol/layer-graph';
import type { MethodParameters } from '../protocol/messages';
import { sentenceInstead } from './rpc-server';

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
  const result = await inspect({ file, ...(model.inputShape && { inputShape: model.inputShape }) });
  return sentenceInstead(() => chooseModel(result, model.exportName).graph);
}
