import type { Window } from '../program';
import { packedChannels, packedWeights } from './pack-weights';
import { sharedConstants } from './shared-constants';
import type { Channels, OperationOf, StepBuilder } from './step';

/** Convolutions with a 1×1 window as products of all pixels. */

/** A panel of gradients is at most as wide as two vectors. */
const panelVectors = 2;
/** With fewer pixels at a time the weights are read more often than need be. */
const fewestPixels = 64;

export function pointwiseFits(window: Window): boolean {
  const { kernelHeight, kernelWidth, strideHeight, strideWidth, padTop, padLeft } = window;
  const isPointwise = kernelHeight * kernelWidth * strideHeight * strideWidth === 1 && padTop === 0 && padLeft === 0;
  return isPointwise && window.inputHeight === window.outputHeight && window.inputWidth === window.outputWidth;
}

export function lowerPointwiseConvolution(builder: StepBuilder, operation: OperationOf<'conv2d'>, channels: Channels): void {
  const { window, w, x, bias, y, samples } = operation;
  const packed = packedWeights(builder, w, channels, 0);
  const fields = { x, packed, bias, y, ...pointwiseFields(window, channels) };
  builder.onSamples('pointwiseConvolution', samples, fields, 0, fewestSamples(window));
}

/** The product of dy with the transposed weights. */
export function lowerPointwiseInputGradient(builder: StepBuilder, operation: OperationOf<'conv2dInputGradient'>, channels: Channels): void {
  const { window, w, dy, dx, samples } = operation;
  const packed = packedWeights(builder, w, channels, 1);
  const turned = { input: channels.output, output: channels.input };
  const fields = { x: dy, packed, bias: undefined, y: dx, ...pointwiseFields(window, turned) };
  builder.onSamples('pointwiseConvolution', samples, fields, 0, fewestSamples(window));
}

export function lowerPointwiseWeightGradient(
  builder: StepBuilder,
  operation: OperationOf<'conv2dWeightGradient'>,
  channels: Channels,
): void {
  const { window, x, dy, dw, dbias, samples } = operation;
  const { lanes, threads } = builder.target;
  const partial = builder.workTensor(threads * (channels.input + 1) * packedChannels(channels.output, lanes));
  const fields = { x, dy, partial, ...pointwiseFields(window, channels), withBias: Number(dbias !== undefined) };
  builder.onSamples(
    'pointwiseWeightGradient',
    samples,
    fields,
    sharedConstants.pointwiseGradientPixels * panelVectors * lanes,
    fewestSamples(window),
  );
  builder.acrossSamples('sumPartials', undefined, { partial, dw, dbias, rows: channels.input, columns: channels.output });
}

const pixelsOf = (window: Window) => window.inputHeight * window.inputWidth;
const fewestSamples = (window: Window) => Math.ceil(fewestPixels / pixelsOf(window));

const pointwiseFields = (window: Window, channels: Channels) => ({
  pixels: pixelsOf(window),
  inputChannels: channels.input,
  outputChannels: channels.output,
});
