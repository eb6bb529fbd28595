import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { elementsOf, inputShapesOf, needsInputGradient } from './graph-queries';

/** Multiply-accumulates of one sample. */
export interface LayerMacs {
  readonly forward: number;
  readonly inputGradient: number;
  readonly weightGradient: number;
}

function forwardMacs(graph: LayerGraph, layer: Layer): number {
  const channels = inputShapesOf(graph, layer)[0]?.at(-1) ?? 0;
  switch (layer.kind) {
    case 'conv2d':
      return elementsOf(layer.outputShape) * layer.kernelSize[0] * layer.kernelSize[1] * channels;
    case 'depthwiseConv2d':
      return elementsOf(layer.outputShape) * layer.kernelSize[0] * layer.kernelSize[1];
    case 'dense':
      return elementsOf(layer.outputShape) * channels;
    case 'other':
      return layer.macsPerSample;
    default:
      return 0;
  }
}

/**
 * MACs of one sample by phase, for convolutions, dense layers and whatever an `other` layer states. Products with padding zeros count, as
 * usual; element-wise work (batch norm, activations, pooling, adds) is not MACs. Each gradient costs what the forward pass costs; there is no
 * input gradient where no layer below has trainable weights, so none for the first convolution.
 */
export function layerMacs(graph: LayerGraph, layer: Layer): LayerMacs {
  const forward = forwardMacs(graph, layer);
  const weightless = layer.kind === 'other' && layer.parameters === 0;
  return {
    forward,
    inputGradient: needsInputGradient(graph, layer) ? forward : 0,
    weightGradient: weightless ? 0 : forward,
  };
}

/** Sum over all layers, of one sample. */
export function networkMacs(graph: LayerGraph): LayerMacs {
  const sum = { forward: 0, inputGradient: 0, weightGradient: 0 };
  for (const layer of graph.layers) {
    const macs = layerMacs(graph, layer);
    sum.forward += macs.forward;
    sum.inputGradient += macs.inputGradient;
    sum.weightGradient += macs.weightGradient;
  }
  return sum;
}
