import { InputShapeNeededError, TopologyError, UnknownLayerError } from '../../network/network-errors';
import { validateGraph } from '../../network/validate-graph';
import type { InspectedModel, InspectionProblem, InspectionResult } from '../../protocol/inspection';
import { kerasModel } from './keras-model';
import type { KerasModel, TorchModel, TracerResult } from './tracer-messages';

/** What the tracer found, as the result of an inspection: graphs of one form, whatever the model was written with. */
export function inspectionResultOf(file: string, { models, problems, dependencies }: TracerResult, milliseconds: number): InspectionResult {
  const described: InspectedModel[] = [];
  const found: InspectionProblem[] = [...problems];
  for (const model of models) {
    try {
      described.push(model.framework === 'pytorch' ? torchModel(model) : kerasModel(model));
    } catch (error) {
      found.push(problemWith(model, error));
    }
  }
  return { file, models: described, problems: found, dependencies, milliseconds };
}

function torchModel({ exportName, source, graph: { parameters, obstacle, ...graph } }: TorchModel): InspectedModel {
  const [fault] = validateGraph(graph);
  if (fault) throw new TopologyError(fault);
  return { exportName, source, graph, python: { framework: 'pytorch', parameters, ...(obstacle !== null && { obstacle }) } };
}

function problemWith(model: TorchModel | KerasModel, error: unknown): InspectionProblem {
  const { exportName, source } = model;
  if (error instanceof InputShapeNeededError && model.framework === 'keras') {
    return { code: 'input-shape-needed', message: model.openInput, source, exportName };
  }
  if (error instanceof UnknownLayerError) return { code: 'unknown-layer', message: error.message, source, exportName };
  if (error instanceof TopologyError) {
    const layer = model.framework === 'keras' && error.layerName !== undefined ? model.layers[error.layerName] : undefined;
    return { code: 'threw', message: error.message, source: layer?.source ?? source, exportName };
  }
  throw error;
}
