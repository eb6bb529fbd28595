import type { Window } from '../../engine/program';
import type { Padding } from '../../protocol/layer-graph';

interface SlidingLayer {
  readonly outputShape: readonly number[];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

/** The geometry of a layer whose window slides over an image of `inputShape` [height, width, channels]. */
export function windowOf(
  layer: SlidingLayer,
  inputShape: readonly number[],
  size: readonly [number, number],
  dilation: readonly [number, number] = [1, 1],
): Window {
  return {
    inputHeight: inputShape[0]!,
    inputWidth: inputShape[1]!,
    outputHeight: layer.outputShape[0]!,
    outputWidth: layer.outputShape[1]!,
    kernelHeight: size[0],
    kernelWidth: size[1],
    strideHeight: layer.strides[0],
    strideWidth: layer.strides[1],
    dilationHeight: dilation[0],
    dilationWidth: dilation[1],
    padTop: layer.padding.top,
    padLeft: layer.padding.left,
  };
}

/** That of a 1×1 convolution on one pixel: a dense layer. */
export const pointWindow: Window = {
  ...{ inputHeight: 1, inputWidth: 1, outputHeight: 1, outputWidth: 1, kernelHeight: 1, kernelWidth: 1 },
  ...{ strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, padTop: 0, padLeft: 0 },
};
