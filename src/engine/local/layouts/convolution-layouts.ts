import { borderFields, levelFields, sourceFields, windowFields } from './shared-fields';

/** Convolutions of all kinds and their gradients. */

/** A window over the image itself, whose first pixel is at (top, left) as seen from the window's first position. */
const slidingFields = { ...sourceFields, ...windowFields } as const;

/** Where the outputs go, in elements: a phase of a strided input gradient writes every strideth pixel. */
const outputFields = {
  outputStart: 'integer',
  outputRowPitch: 'integer',
  outputPixelPitch: 'integer',
  outputSamplePitch: 'integer',
} as const;

const pointwiseFields = { pixels: 'integer', inputChannels: 'integer', outputChannels: 'integer' } as const;

/** A 3×3 window with stride 1; the first tile starts `top` rows above and `left` columns left of the source image. */
const winogradFields = {
  ...sourceFields,
  outputHeight: 'integer',
  outputWidth: 'integer',
  outputChannels: 'integer',
  /** Tiles whose planes are in the scratch memory together. */
  tilesAtOnce: 'integer',
} as const;

export const convolutionLayouts = {
  packWeights: {
    w: 'place',
    packed: 'result',
    inputChannels: 'integer',
    outputChannels: 'integer',
    kernelWidth: 'integer',
    firstRow: 'integer',
    rowStep: 'integer',
    rows: 'integer',
    firstColumn: 'integer',
    columnStep: 'integer',
    columns: 'integer',
    /** 1 for the input gradient: turned by 180°, input and output channels exchanged. */
    transposed: 'integer',
  },
  convolution: {
    x: 'place',
    packed: 'place',
    bias: 'place',
    y: 'result',
    ...borderFields,
    ...windowFields,
    outputChannels: 'integer',
    ...outputFields,
  },
  convolutionWeightGradient: { x: 'place', dy: 'place', partial: 'result', ...borderFields, ...windowFields, outputChannels: 'integer' },
  /** A 1×1 window. */
  pointwiseConvolution: { x: 'place', packed: 'place', bias: 'place', y: 'result', ...pointwiseFields },
  pointwiseWeightGradient: { x: 'place', dy: 'place', partial: 'result', ...pointwiseFields, withBias: 'integer' },
  /** Adds up the threads' partial weight gradients, in the order of the threads. */
  sumPartials: {
    partial: 'place',
    dw: 'result',
    dbias: 'result',
    rows: 'integer',
    columns: 'integer',
  },
  packWinogradWeights: {
    w: 'place',
    packed: 'result',
    inputChannels: 'integer',
    outputChannels: 'integer',
    /** 1 for the input gradient, as in `packWeights`. */
    transposed: 'integer',
  },
  /** With `adds` the result is added to what y holds. */
  winogradConvolution: { x: 'place', packed: 'place', bias: 'place', y: 'result', ...winogradFields, adds: 'integer' },
  winogradWeightGradient: {
    x: 'place',
    dy: 'place',
    ...levelFields,
    msbBits: 'integer',
    partial: 'result',
    ...winogradFields,
    withBias: 'integer',
  },
  /** Adds up the threads' partial weight gradients and transforms them back. */
  sumWinogradPartials: {
    partial: 'place',
    ...levelFields,
    dw: 'result',
    dbias: 'result',
    inputChannels: 'integer',
    outputChannels: 'integer',
  },
  depthwise: {
    x: 'place',
    w: 'place',
    bias: 'place',
    y: 'result',
    ...slidingFields,
    multiplier: 'integer',
    /** Where the first tap stands in w and how far the next is, in taps: a phase of the input gradient takes every strideth, backwards. */
    firstTap: 'integer',
    tapRowStep: 'integer',
    tapColumnStep: 'integer',
    ...outputFields,
  },
  /** Plain, for the shapes that are no `depthwise` with turned taps. */
  depthwiseInputGradient: { dy: 'place', w: 'place', dx: 'result', ...slidingFields, multiplier: 'integer' },
  depthwiseWeightGradient: { x: 'place', dy: 'place', partial: 'result', ...slidingFields, multiplier: 'integer', withBias: 'integer' },
} as const;
