import { elementsOf } from '../network/graph-queries';
import { layerWeights } from '../network/weights';
import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { logitsLayer } from './compile/network-ending';
import type { WeightValues } from './initialize-weights';
import { readModel, type StoredModel } from './layers-model';

/**
 * The trained model of a folder: a finished run's `model`, a checkpoint, or a copy of one.
 * @throws Error with one sentence when there is none.
 */
export async function readTrainedModel(directory: string): Promise<StoredModel> {
  try {
    return await readModel(directory);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const what = missing ? 'There is no trained model' : 'The trained model cannot be read';
    throw new Error(`${what} in ${directory}: name a finished run, or a folder with model.json and weights.bin.`, { cause: error });
  }
}

/**
 * The same network for another number of classes: its last dense layer gets as many units.
 * @throws Error with one sentence when it does not end with a dense layer.
 */
export function withClasses(graph: LayerGraph, classes: number): LayerGraph {
  const head = logitsLayer(graph);
  if (head.outputShape[0] === classes) return graph;
  if (head.kind !== 'dense')
    throw new Error(`The model “${graph.name}” does not end with a dense layer, so it cannot learn ${classes} classes instead of its own.`);
  const changed = (layer: Layer): Layer => {
    if (layer.name === head.name) return { ...head, units: classes, outputShape: [classes] };
    return graph.outputs.includes(layer.name) ? { ...layer, outputShape: [classes] } : layer;
  };
  return { ...graph, layers: graph.layers.map(changed) };
}

/**
 * What training goes on from: the stored weights, with new ones where the last layer has another size or a weight is no layer's and not
 * stored (gates of SLU).
 * @param fresh weights of an untrained network.
 * @throws Error with one sentence when the stored weights are those of another network.
 */
export function startingWeights(graph: LayerGraph, stored: WeightValues, fresh: WeightValues): WeightValues {
  const head = new Set(layerWeights(graph, logitsLayer(graph)).map(({ name }) => name));
  const required = new Map(graph.layers.flatMap((layer) => layerWeights(graph, layer)).map((one) => [one.name, one]));
  return new Map(
    [...fresh].map(([name, values]) => {
      const given = stored.get(name);
      if (given?.length === values.length) return [name, given];
      const specification = required.get(name);
      if (specification === undefined || (head.has(name) && given !== undefined)) return [name, values];
      const found = given === undefined ? 'has no such weights' : `has ${given.length}`;
      throw new Error(
        `The trained model does not fit the network “${graph.name}”: “${name}” takes ${elementsOf(specification.shape)} values, and the ` +
          `trained model ${found}; start from a model of the same network.`,
      );
    }),
  );
}
