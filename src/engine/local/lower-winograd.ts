import type { Window } from '../program';
import type { KernelFields } from './kernel-layout';
import { sharedConstants } from './shared-constants';
import type { Channels, LoweringTarget, OperationOf, StepBuilder } from './step';

/** 3×3 convolutions with stride 1 and their gradients as steps of Winograd's F(4×4, 3×3). */

const { tileOutputs, tileInputs, mostTiles, planeGap, smallestPlaneTile } = sharedConstants;
const planes = tileInputs ** 2;
/** How far apart the planes of a vector of channels lie in scratch memory. */
const planePitch = (lanes: number) => mostTiles * lanes + planeGap;

/** With fewer channels the transforms cost more than the products save. */
const fewestChannels = 8;
/** At the edges tiles reach beyond the image; below this share of useful outputs the direct sum is faster. */
const leastUsefulShare = 0.4;

/** The planes of the tiles that are worked on at once stay within the second-level cache beside the weights. */
const planeBytesAtOnce = 1 << 19;
const tilesAtOnceRange = { forward: { min: 8, max: 16 }, weightGradient: { min: 8, max: mostTiles } } as const;

const isPlain3x3 = (window: Window) =>
  window.kernelHeight === 3 &&
  window.kernelWidth === 3 &&
  window.strideHeight === 1 &&
  window.strideWidth === 1 &&
  window.dilationHeight === 1 &&
  window.dilationWidth === 1;

function fits(window: Window, height: number, width: number, { input, output }: Channels, { lanes }: LoweringTarget): boolean {
  const covered = tilesOf(height, width) * tileOutputs ** 2;
  return (
    isPlain3x3(window) &&
    input % lanes === 0 &&
    output % lanes === 0 &&
    Math.min(input, output) >= fewestChannels &&
    height * width >= leastUsefulShare * covered
  );
}

/** Whether the convolution and its weight gradient are better done by Winograd's algorithm. */
export const winogradFits = (window: Window, channels: Channels, target: LoweringTarget) =>
  fits(window, window.outputHeight, window.outputWidth, channels, target);

/** The input gradient's tiles cover the input. */
export const winogradFitsInputGradient = (window: Window, channels: Channels, target: LoweringTarget) =>
  fits(window, window.inputHeight, window.inputWidth, channels, target);

function tilesAtOnce({ input, output }: Channels, { min, max }: { readonly min: number; readonly max: number }): number {
  const fitting = Math.floor(planeBytesAtOnce / (4 * planes * (input + output)));
  return Math.max(min, Math.min(max, fitting - (fitting % smallestPlaneTile)));
}

const tilesOf = (height: number, width: number) => Math.ceil(height / tileOutputs) * Math.ceil(width / tileOutputs);

/** Samples that have so many tiles. */
const samplesFor = (tiles: number, { outputHeight, outputWidth }: { readonly outputHeight: number; readonly outputWidth: number }) =>
  Math.ceil(tiles / tilesOf(outputHeight, outputWidth));

const scratchFloats = ({ input, output }: Channels, { lanes }: LoweringTarget) => (planes * planePitch(lanes) * (input + output)) / lanes;

export function lowerWinogradConvolution(builder: StepBuilder, operation: OperationOf<'conv2d'>, channels: Channels): void {
  const { window, w, x, y, bias, samples } = operation;
  const packed = packedWinogradWeights(builder, w, channels, 0);
  const tiles = tilesAtOnce(channels, tilesAtOnceRange.forward);
  const fields = { x, packed, bias, y, ...forwardFields(window, channels), tilesAtOnce: tiles, adds: 0 };
  builder.onSamples('winogradConvolution', samples, fields, scratchFloats(channels, builder.target), samplesFor(tiles, fields));
}

/** The same sum over dy, with the weights turned and transposed. */
export function lowerWinogradInputGradient(builder: StepBuilder, operation: OperationOf<'conv2dInputGradient'>, channels: Channels): void {
  const { window, w, dy, dx, samples } = operation;
  const packed = packedWinogradWeights(builder, w, channels, 1);
  const tiles = tilesAtOnce(channels, tilesAtOnceRange.forward);
  const fields = {
    x: dy,
    packed,
    bias: undefined,
    y: dx,
    sourceHeight: window.outputHeight,
    sourceWidth: window.outputWidth,
    sourceChannels: channels.output,
    top: window.kernelHeight - 1 - window.padTop,
    left: window.kernelWidth - 1 - window.padLeft,
    outputHeight: window.inputHeight,
    outputWidth: window.inputWidth,
    outputChannels: channels.input,
    tilesAtOnce: tiles,
    adds: 0,
  };
  builder.onSamples('winogradConvolution', samples, fields, scratchFloats(channels, builder.target), samplesFor(tiles, fields));
}

export function lowerWinogradWeightGradient(
  builder: StepBuilder,
  operation: OperationOf<'conv2dWeightGradient'>,
  channels: Channels,
): void {
  const values = { range: undefined, gradientRange: undefined, bits: 0, msbBits: 0, isSigned: 0, gradientBits: 0 };
  lowerGradient(builder, operation, channels, values);
}

/** The same sum over levels. */
export function lowerWinogradPredictor(builder: StepBuilder, operation: OperationOf<'conv2dPredictorGradient'>, channels: Channels): void {
  const { range, gradientRange, bits, msbBits, signed, gradientBits, ...product } = operation;
  const levels = { range, gradientRange, bits, msbBits, isSigned: Number(signed), gradientBits };
  lowerGradient(builder, { ...product, kind: 'conv2dWeightGradient' }, channels, levels);
}

function lowerGradient(
  builder: StepBuilder,
  { window, x, dy, dw, dbias, samples }: OperationOf<'conv2dWeightGradient'>,
  channels: Channels,
  {
    msbBits,
    ...levels
  }: Pick<KernelFields<'winogradWeightGradient'>, 'range' | 'gradientRange' | 'bits' | 'msbBits' | 'isSigned' | 'gradientBits'>,
): void {
  const partial = builder.workTensor(builder.target.threads * (planes * channels.input + 1) * channels.output);
  const tiles = tilesAtOnce(channels, tilesAtOnceRange.weightGradient);
  const places = { x, dy, ...levels, msbBits, partial };
  const fields = { ...places, ...forwardFields(window, channels), tilesAtOnce: tiles, withBias: Number(dbias !== undefined) };
  builder.onSamples('winogradWeightGradient', samples, fields, scratchFloats(channels, builder.target), samplesFor(tiles, fields));
  const sum = { partial, ...levels, dw, dbias, inputChannels: channels.input, outputChannels: channels.output };
  builder.acrossSamples('sumWinogradPartials', undefined, sum);
}

function packedWinogradWeights(builder: StepBuilder, w: number, channels: Channels, transposed: 0 | 1): number {
  const packed = builder.workTensor(planes * channels.input * channels.output);
  const fields = { w, packed, inputChannels: channels.input, outputChannels: channels.output, transposed };
  builder.acrossSamples('packWinogradWeights', undefined, fields);
  return packed;
}

const forwardFields = (window: Window, channels: Channels) => ({
  sourceHeight: window.inputHeight,
  sourceWidth: window.inputWidth,
  sourceChannels: channels.input,
  top: window.padTop,
  left: window.padLeft,
  outputHeight: window.outputHeight,
  outputWidth: window.outputWidth,
  outputChannels: channels.output,
});
