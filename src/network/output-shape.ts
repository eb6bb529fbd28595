import type { Layer } from '../protocol/layer-graph';
import { elementsOf } from './graph-queries';
import { type Pair, windowedShape } from './window';

function windowed(
  image: readonly number[],
  kernel: Pair,
  strides: Pair,
  dilation: Pair,
  layer: Extract<Layer, { padding: unknown }>,
): number[] {
  return windowedShape([image[0] ?? 0, image[1] ?? 0], kernel, strides, dilation, layer.padding);
}

/**
 * Output shape that follows from a layer's settings and its inputs' shapes (no batch dimension); `undefined` where only the layer itself
 * knows it (`input`, `other`).
 */
export function inferOutputShape(layer: Layer, inputs: readonly (readonly number[])[]): number[] | undefined {
  const first = inputs[0] ?? [];
  const channels = first.at(-1) ?? 0;
  switch (layer.kind) {
    case 'input':
    case 'other':
      return undefined;
    case 'conv2d':
      return [...windowed(first, layer.kernelSize, layer.strides, layer.dilation, layer), layer.filters];
    case 'depthwiseConv2d':
      return [...windowed(first, layer.kernelSize, layer.strides, layer.dilation, layer), channels * layer.depthMultiplier];
    case 'maxPooling2d':
    case 'averagePooling2d':
      return [...windowed(first, layer.poolSize, layer.strides, [1, 1], layer), channels];
    case 'globalAveragePooling2d':
      return [channels];
    case 'dense':
      return [...first.slice(0, -1), layer.units];
    case 'concatenate':
      return [...first.slice(0, -1), inputs.reduce((sum, shape) => sum + (shape.at(-1) ?? 0), 0)];
    case 'flatten':
      return [elementsOf(first)];
    case 'zeroPadding2d': {
      const { top, bottom, left, right } = layer.padding;
      return [(first[0] ?? 0) + top + bottom, (first[1] ?? 0) + left + right, channels];
    }
    default:
      return [...first];
  }
}
