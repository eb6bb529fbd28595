import type { Layer, LayerGraph, Padding } from '../protocol/layer-graph';
import { inputShapesOf } from './graph-queries';

const sizes = (shape: readonly number[]): string => shape.join('x');
const paddingOf = ({ top, bottom, left, right }: Padding): string => `padding ${[top, bottom, left, right].join('/')}`;

/**
 * What a layer computes, in one line, whatever its name: kind, shapes without the batch dimension, and what else its arithmetic depends on.
 * Two layers of the same signature do the same work, so a measurement of one holds for the other.
 */
export function layerSignature(graph: LayerGraph, layer: Layer): string {
  const shapes = `${inputShapesOf(graph, layer).map(sizes).join('+')} > ${sizes(layer.outputShape)}`;
  return [layer.kind, shapes, ...details(layer)].join(' ');
}

function details(layer: Layer): string[] {
  switch (layer.kind) {
    case 'conv2d':
    case 'depthwiseConv2d':
      return [
        `kernel ${sizes(layer.kernelSize)}`,
        `strides ${sizes(layer.strides)}`,
        `dilation ${sizes(layer.dilation)}`,
        paddingOf(layer.padding),
        ...(layer.useBias ? ['bias'] : []),
      ];
    case 'dense':
      return layer.useBias ? ['bias'] : [];
    case 'batchNormalization':
      return [...(layer.center ? ['center'] : []), ...(layer.scale ? ['scale'] : [])];
    case 'activation':
      return [layer.function];
    case 'maxPooling2d':
    case 'averagePooling2d':
      return [`pool ${sizes(layer.poolSize)}`, `strides ${sizes(layer.strides)}`, paddingOf(layer.padding)];
    case 'zeroPadding2d':
      return [paddingOf(layer.padding)];
    case 'other':
      return [layer.className, `parameters ${layer.parameters}`, `MACs ${layer.macsPerSample}`];
    default:
      return [];
  }
}
