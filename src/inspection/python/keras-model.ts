import { layerConverters } from '../../network/import/layer-converters';
import { importTopology } from '../../network/topology-import';
import { layerWeights, type WeightRole, type WeightSpecification } from '../../network/weights';
import type { InspectedModel, ParameterBinding, PythonModel } from '../../protocol/inspection';
import type { Layer, LayerGraph } from '../../protocol/layer-graph';
import type { KerasLayer, KerasModel } from './tracer-messages';

type KerasLayers = Readonly<Record<string, KerasLayer>>;

/**
 * The layer graph of a Keras 3 model, with the paths of its variables.
 * @throws InputShapeNeededError, TopologyError as `importTopology` does.
 */
export function kerasModel({ exportName, source, topology, layers, obstacle }: KerasModel): InspectedModel {
  const all = Object.values(layers);
  const sources = new Map(all.flatMap((layer) => (layer.source ? [[layer.name, layer.source] as const] : [])));
  const custom = all.filter(({ className, isKeras }) => !(isKeras && (layerConverters.has(className) || isModel(className))));
  const customLayers = new Map(
    custom.flatMap(({ name, outputShape, parameters }) => (outputShape ? [[name, { outputShape, parameters }] as const] : [])),
  );
  const graph = withInputSources(importTopology(topology, { sources, customLayers }));
  return { exportName, source, graph, python: { framework: 'keras', ...bound(graph, layers, obstacle) } };
}

const isModel = (className: string) => ['Sequential', 'Functional', 'Model', 'InputLayer'].includes(className);

/** Keras itself puts an input layer in front of a sequential model: it was made by the line of the first layer. */
function withInputSources(graph: LayerGraph): LayerGraph {
  const first = graph.layers.find(({ kind, source }) => kind !== 'input' && source);
  const located = (layer: Layer): Layer =>
    layer.kind === 'input' && !layer.source && first?.source ? { ...layer, source: first.source } : layer;
  return { ...graph, layers: graph.layers.map(located) };
}

function bound(graph: LayerGraph, layers: KerasLayers, obstacle: string | null): Omit<PythonModel, 'framework'> {
  const parameters: ParameterBinding[] = [];
  let missing: string | undefined;
  for (const layer of graph.layers) {
    if (layer.sharesWeightsWith !== undefined) continue;
    for (const weight of layerWeights(graph, layer)) {
      const variable = variableOf(layer.name, weight, layers);
      if (variable) {
        const { path, shape } = variable;
        parameters.push({ weight: weight.name, parameter: path, shape, permutation: shape.map((_, axis) => axis) });
      } else missing ??= `The variable behind “${weight.name}” was not found in the Keras model, so it cannot be trained here.`;
    }
  }
  const hindrance = obstacle ?? missing;
  return { parameters, ...(hindrance !== undefined && { obstacle: hindrance }) };
}

const names: Readonly<Record<WeightRole, readonly string[]>> = {
  kernel: ['kernel', 'depthwise_kernel'],
  bias: ['bias'],
  gamma: ['gamma'],
  beta: ['beta'],
  movingMean: ['moving_mean'],
  movingVariance: ['moving_variance'],
};

/** A separable convolution of Keras is two layers here. */
function variableOf(layerName: string, { role, shape }: WeightSpecification, layers: KerasLayers) {
  const [, whole, part] = /^(.+)_(depthwise|pointwise)$/.exec(layerName) ?? [];
  const layer = layers[layerName] ?? (whole === undefined ? undefined : layers[whole]);
  const candidates = layer === layers[layerName] ? names[role] : [role === 'kernel' ? `${part}_kernel` : role];
  return candidates
    .map((name) => layer?.variables[name])
    .find((variable) => variable?.type === 'float32' && variable.shape.join() === shape.join());
}
