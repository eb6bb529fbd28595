import type { LayerGraph } from '../protocol/layer-graph';
import { layerOf } from './graph-queries';

/**
 * Whether no value of a layer's output can be below zero, as behind a ReLU: fixed point then needs no sign.
 * @param isItself whether a layer's output is always the layer's own; that of another may hold anything.
 */
export function isNonNegative(graph: LayerGraph, name: string, isItself: (layer: string) => boolean = () => true): boolean {
  if (!isItself(name)) return false;
  const layer = layerOf(graph, name);
  const ofInputs = () => layer.inputs.every((input) => isNonNegative(graph, input, isItself));
  switch (layer.kind) {
    case 'activation':
      if (['relu', 'relu6', 'sigmoid', 'softmax'].includes(layer.function)) return true;
      return ['linear', 'tanh'].includes(layer.function) && ofInputs();
    case 'add':
    case 'averagePooling2d':
    case 'concatenate':
    case 'dropout':
    case 'flatten':
    case 'globalAveragePooling2d':
    case 'maxPooling2d':
    case 'zeroPadding2d':
      return ofInputs();
    default:
      return false;
  }
}
