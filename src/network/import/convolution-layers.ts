import type { Padding } from '../../protocol/layer-graph';
import { elementsOf } from '../graph-queries';
import { TopologyError } from '../network-errors';
import { noPadding, type Pair, samePadding, windowedShape, windowedSize } from '../window';
import { emitActivationArgument } from './activation-layers';
import { emitOther, type LayerConverter, type LayerRequest, onlyInput, positiveShape, type Tensor } from './layer-request';

const product = elementsOf;

function paddingOf({ config, name }: LayerRequest, image: Pair, kernel: Pair, strides: Pair, dilation: Pair): Padding {
  const padding = config.name('padding', 'valid');
  if (padding === 'same') return samePadding(image, kernel, strides, dilation);
  if (padding === 'valid') return noPadding;
  throw new TopologyError(`Layer “${name}” has the padding “${padding}”; “same” and “valid” are known here.`, name);
}

function imageOf(request: LayerRequest): { input: Tensor; image: [number, number]; channels: number } {
  request.config.refuseChannelsFirst();
  const input = onlyInput(request, 3);
  return { input, image: [input.shape[0]!, input.shape[1]!], channels: input.shape[2]! };
}

function windowOf(request: LayerRequest, image: Pair) {
  const kernelSize = request.config.pair('kernelSize');
  const strides = request.config.pair('strides', [1, 1]);
  const dilation = request.config.pair('dilationRate', [1, 1]);
  const padding = paddingOf(request, image, kernelSize, strides, dilation);
  return { kernelSize, strides, dilation, padding };
}

function initialized(request: LayerRequest, key: string) {
  const kernelInitializer = request.config.initializer(key);
  return kernelInitializer === undefined ? {} : { kernelInitializer };
}

const conv2d: LayerConverter = (request) => {
  const { config } = request;
  const { input, image, channels } = imageOf(request);
  const window = windowOf(request, image);
  const filters = config.integer('filters');
  const useBias = config.boolean('useBias', true);
  const outputShape = positiveShape(request, [
    ...windowedShape(image, window.kernelSize, window.strides, window.dilation, window.padding),
    filters,
  ]);
  const groups = config.integer('groups', 1);
  if (groups !== 1) {
    const perGroup = product(window.kernelSize) * (channels / groups);
    const costs = { parameters: filters * (perGroup + (useBias ? 1 : 0)), macs: product(outputShape) * perGroup };
    return [emitActivationArgument(request, emitOther(request, outputShape, { ...costs, note: `${groups} groups.` }))];
  }
  const layer = request.emit({ kind: 'conv2d', filters, ...window, useBias, outputShape, ...initialized(request, 'kernelInitializer') }, [
    input,
  ]);
  return [emitActivationArgument(request, layer)];
};

function emitDepthwise(request: LayerRequest, useBias: boolean, suffix?: string): Tensor {
  const { input, image, channels } = imageOf(request);
  const window = windowOf(request, image);
  const depthMultiplier = request.config.integer('depthMultiplier', 1);
  const outputShape = positiveShape(request, [
    ...windowedShape(image, window.kernelSize, window.strides, window.dilation, window.padding),
    channels * depthMultiplier,
  ]);
  return request.emit(
    { kind: 'depthwiseConv2d', depthMultiplier, ...window, useBias, outputShape, ...initialized(request, 'depthwiseInitializer') },
    [input],
    suffix,
  );
}

const depthwiseConv2d: LayerConverter = (request) => [
  emitActivationArgument(request, emitDepthwise(request, request.config.boolean('useBias', true))),
];

/** A depthwise convolution without bias, then a 1×1 convolution with it: Keras' definition. */
const separableConv2d: LayerConverter = (request) => {
  const depthwise = emitDepthwise(request, false, 'depthwise');
  const filters = request.config.integer('filters');
  const pointwise = request.emit(
    {
      ...{ kind: 'conv2d', filters, kernelSize: [1, 1], strides: [1, 1], dilation: [1, 1], padding: noPadding },
      useBias: request.config.boolean('useBias', true),
      outputShape: [...depthwise.shape.slice(0, 2), filters],
      ...initialized(request, 'pointwiseInitializer'),
    },
    [depthwise],
    'pointwise',
  );
  return [emitActivationArgument(request, pointwise)];
};

/** Size along one axis by the name of the padding; 'causal' keeps the length as 'same' does. */
function outputSize(padding: string, size: number, kernel: number, stride: number, dilation: number): number {
  return padding === 'valid' ? windowedSize(size, kernel, stride, dilation, 0) : Math.ceil(size / stride);
}

/** Convolutions over one or three axes: estimated, not trained. */
function convolution(rank: 1 | 3): LayerConverter {
  return (request) => {
    const { config } = request;
    config.refuseChannelsFirst();
    const input = onlyInput(request, rank + 1);
    const kernel = config.integers('kernelSize', rank);
    const strides = config.integers('strides', rank, new Array<number>(rank).fill(1));
    const dilation = config.integers('dilationRate', rank, new Array<number>(rank).fill(1));
    const filters = config.integer('filters');
    const channels = input.shape[rank]!;
    const padding = config.name('padding', 'valid');
    const sizes = kernel.map((size, axis) => outputSize(padding, input.shape[axis]!, size, strides[axis]!, dilation[axis]!));
    const outputShape = [...sizes, filters];
    const perOutput = product(kernel) * channels;
    const parameters = filters * (perOutput + (config.boolean('useBias', true) ? 1 : 0));
    return [emitActivationArgument(request, emitOther(request, outputShape, { parameters, macs: product(outputShape) * perOutput }))];
  };
}

/** Each input pixel is multiplied with the whole kernel; the results overlap in the output. */
function transposedConvolution(rank: 2 | 3): LayerConverter {
  return (request) => {
    const { config } = request;
    config.refuseChannelsFirst();
    const input = onlyInput(request, rank + 1);
    const kernel = config.integers('kernelSize', rank);
    const strides = config.integers('strides', rank, new Array<number>(rank).fill(1));
    const filters = config.integer('filters');
    const padding = config.name('padding', 'valid');
    const sizes = kernel.map((size, axis) => {
      const stretched = input.shape[axis]! * strides[axis]!;
      return padding === 'valid' ? stretched + Math.max(size - strides[axis]!, 0) : stretched;
    });
    const perInput = product(kernel) * filters;
    const parameters = perInput * input.shape[rank]! + (config.boolean('useBias', true) ? filters : 0);
    return [
      emitActivationArgument(request, emitOther(request, [...sizes, filters], { parameters, macs: product(input.shape) * perInput })),
    ];
  };
}

const dense: LayerConverter = (request) => {
  const { config } = request;
  const input = onlyInput(request);
  const units = config.integer('units');
  const layer = request.emit(
    {
      ...{ kind: 'dense', units, useBias: config.boolean('useBias', true), outputShape: [...input.shape.slice(0, -1), units] },
      ...initialized(request, 'kernelInitializer'),
    },
    [input],
  );
  return [emitActivationArgument(request, layer)];
};

export const convolutionConverters: Record<string, LayerConverter> = {
  Conv2D: conv2d,
  Convolution2D: conv2d,
  DepthwiseConv2D: depthwiseConv2d,
  SeparableConv2D: separableConv2d,
  Dense: dense,
  Conv1D: convolution(1),
  Conv3D: convolution(3),
  Conv2DTranspose: transposedConvolution(2),
  Conv3DTranspose: transposedConvolution(3),
};
