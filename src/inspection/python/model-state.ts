import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InspectedModel, InspectionResult, PythonModel } from '../../protocol/inspection';
import type { LayerGraph } from '../../protocol/layer-graph';
import { chooseModel } from '../choose-model';
import type { InspectionRequest } from '../inspection-messages';

export interface ModelWithState {
  readonly graph: LayerGraph;
  readonly python?: { readonly model: PythonModel; readonly state: Uint8Array };
}

/**
 * A model as training begins with it: the graph, and of a Python model also the values that its own file gives its parameters.
 * @param inspect runs the file once more, to have the values.
 * @throws Error with one sentence, and the line, when a Python model cannot be trained.
 */
export async function modelWithState(
  model: InspectedModel,
  request: InspectionRequest,
  inspect: (request: InspectionRequest) => Promise<InspectionResult>,
): Promise<ModelWithState> {
  if (!model.python) return { graph: model.graph };
  refuseObstacle(request, model.python);
  const folder = await mkdtemp(join(tmpdir(), 'e2-train-state-'));
  try {
    const weights = { exportName: model.exportName, file: join(folder, 'state.safetensors') };
    const { graph, python } = chooseModel(await inspect({ ...request, weights }), model.exportName);
    if (!python) return { graph };
    refuseObstacle(request, python);
    return { graph, python: { model: python, state: await readFile(weights.file) } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function refuseObstacle({ file }: InspectionRequest, { obstacle }: PythonModel): void {
  if (obstacle !== undefined) throw new Error(`${file}: ${obstacle}`);
}
