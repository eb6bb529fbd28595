import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { elementsOf } from './graph-queries';
import { layerWeights } from './weights';

/** Parameters that a layer owns; 0 for one that shares another layer's weights. Keras counts the same: moving statistics included. */
export function layerParameters(graph: LayerGraph, layer: Layer): { total: number; trainable: number } {
  if (layer.sharesWeightsWith !== undefined) return { total: 0, trainable: 0 };
  if (layer.kind === 'other') return { total: layer.parameters, trainable: layer.parameters };
  let total = 0;
  let trainable = 0;
  for (const weight of layerWeights(graph, layer)) {
    const elements = elementsOf(weight.shape);
    total += elements;
    if (weight.trainable) trainable += elements;
  }
  return { total, trainable };
}

/** All parameters of the network, shared ones once, moving statistics included, as Keras' `countParams`. */
export function countParameters(graph: LayerGraph): number {
  return graph.layers.reduce((sum, layer) => sum + layerParameters(graph, layer).total, 0);
}
