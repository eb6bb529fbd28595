import { elementsOf } from '../network/graph-queries';
import { layerWeights } from '../network/weights';
import type { Random } from '../platform/random';
import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { initialValues } from './initializers';
import { layerInWords } from './layer-in-words';

/** Values by weight name. */
export type WeightValues = ReadonlyMap<string, Float32Array>;

/**
 * Weights of an untrained network. Kernels come from their layers' initializers in the order of the graph, from one random stream;
 * biases, shifts and moving means are 0, scales and moving variances 1, as in Keras.
 * @throws Error with one sentence when an initializer is unknown.
 */
export function initializeWeights(graph: LayerGraph, random: Random): WeightValues {
  const values = new Map<string, Float32Array>();
  for (const layer of graph.layers) {
    for (const { name, role, shape } of layerWeights(graph, layer)) {
      if (values.has(name)) continue;
      if (role === 'kernel') values.set(name, initialValues(kernelInitializer(layer), shape, random, layerInWords(layer)));
      else values.set(name, new Float32Array(elementsOf(shape)).fill(role === 'gamma' || role === 'movingVariance' ? 1 : 0));
    }
  }
  return values;
}

function kernelInitializer(layer: Layer) {
  return 'kernelInitializer' in layer ? layer.kernelInitializer : undefined;
}
