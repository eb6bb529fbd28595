import type { Padding } from '../../protocol/layer-graph';
import { elementsOf } from '../graph-queries';
import { TopologyError } from '../network-errors';
import { emitOther, type LayerConverter, type LayerRequest, onlyInput } from './layer-request';

/** Keras writes padding and cropping as n, [vertical, horizontal] or [[top, bottom], [left, right]]. */
function borders(request: LayerRequest, key: string, fallback: number): Padding {
  const value = request.config.raw(key) ?? fallback;
  const sides = (side: unknown): [number, number] | undefined => {
    if (typeof side === 'number') return [side, side];
    return Array.isArray(side) && side.length === 2 && side.every((size) => typeof size === 'number')
      ? (side as [number, number])
      : undefined;
  };
  const pair = Array.isArray(value) && value.length === 2 ? value : [value, value];
  const [vertical, horizontal] = [sides(pair[0]), sides(pair[1])];
  if (!vertical || !horizontal) {
    throw new TopologyError(`Layer “${request.name}” has a “${key}” that is not understood: ${JSON.stringify(value)}.`, request.name);
  }
  return { top: vertical[0], bottom: vertical[1], left: horizontal[0], right: horizontal[1] };
}

const zeroPadding2d: LayerConverter = (request) => {
  request.config.refuseChannelsFirst();
  const input = onlyInput(request, 3);
  const padding = borders(request, 'padding', 1);
  const [height, width, channels] = input.shape as [number, number, number];
  const outputShape = [height + padding.top + padding.bottom, width + padding.left + padding.right, channels];
  return [request.emit({ kind: 'zeroPadding2d', padding, outputShape }, [input])];
};

const cropping2d: LayerConverter = (request) => {
  request.config.refuseChannelsFirst();
  const [height, width, channels] = onlyInput(request, 3).shape as [number, number, number];
  const cropping = borders(request, 'cropping', 0);
  return [emitOther(request, [height - cropping.top - cropping.bottom, width - cropping.left - cropping.right, channels])];
};

const upSampling2d: LayerConverter = (request) => {
  request.config.refuseChannelsFirst();
  const [height, width, channels] = onlyInput(request, 3).shape as [number, number, number];
  const size = request.config.pair('size', [2, 2]);
  return [emitOther(request, [height * size[0], width * size[1], channels])];
};

const flatten: LayerConverter = (request) => {
  const input = onlyInput(request);
  return [request.emit({ kind: 'flatten', outputShape: [elementsOf(input.shape)] }, [input])];
};

const reshape: LayerConverter = (request) => {
  const elements = elementsOf(onlyInput(request).shape);
  // TensorFlow.js writes the open dimension as null, Keras as -1.
  const written = request.config.raw('targetShape');
  const target = Array.isArray(written) ? written.map((size) => (typeof size === 'number' ? size : -1)) : [-1];
  const known = target.filter((size) => size !== -1).reduce((product, size) => product * size, 1);
  const shape = target.map((size) => (size === -1 ? elements / known : size));
  if (elementsOf(shape) !== elements || shape.some((size) => !Number.isInteger(size))) {
    throw new TopologyError(`Layer “${request.name}” cannot reshape ${elements} elements to ${target.join('×')}.`, request.name);
  }
  return [emitOther(request, shape)];
};

const permute: LayerConverter = (request) => {
  const { shape } = onlyInput(request);
  return [
    emitOther(
      request,
      request.config.integers('dims', shape.length).map((axis) => shape[axis - 1] ?? 0),
    ),
  ];
};

const resizing: LayerConverter = (request) => {
  const { shape } = onlyInput(request, 3);
  return [emitOther(request, [request.config.integer('height'), request.config.integer('width'), shape[2]!])];
};

/** A layer whose output has its input's shape and that has no weights. */
const sameShape: LayerConverter = (request) => [emitOther(request, onlyInput(request).shape)];

const dropout: LayerConverter = (request) => {
  const input = onlyInput(request);
  return [request.emit({ kind: 'dropout', rate: request.config.number('rate', 0.5), outputShape: [...input.shape] }, [input])];
};

export const shapeConverters: Record<string, LayerConverter> = {
  ZeroPadding2D: zeroPadding2d,
  Cropping2D: cropping2d,
  UpSampling2D: upSampling2d,
  Flatten: flatten,
  Reshape: reshape,
  Permute: permute,
  RepeatVector: (request) => [emitOther(request, [request.config.integer('n'), ...onlyInput(request, 1).shape])],
  Resizing: resizing,
  CenterCrop: resizing,
  Dropout: dropout,
  SpatialDropout1D: sameShape,
  SpatialDropout2D: sameShape,
  AlphaDropout: sameShape,
  GaussianDropout: sameShape,
  GaussianNoise: sameShape,
  Masking: sameShape,
  Rescaling: sameShape,
};
