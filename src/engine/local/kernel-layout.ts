import type { GateGradientEstimator } from '../gate-operations';

/**
 * The kernels and the fields of their records, in the order in which they stand in memory. This table is the only place that says so:
 * the planner encodes by it, and the build writes the C structures from it (`kernel-layout.h`), so the two sides cannot drift apart.
 *
 * A `place` is where a tensor starts, in units of 64 bytes from the start of the memory; 0 means that there is none. A `result` is the
 * place of a tensor that the kernel writes.
 */
export type FieldType = 'place' | 'result' | 'integer' | 'float';

/** What every record starts with. */
export const headerFields = {
  kernel: 'integer',
  /** Words of this record, header included. */
  words: 'integer',
  /** One of `barrierCodes`: whether all threads must have finished this record before any starts the next. */
  barrier: 'integer',
  /** The list of samples to work on; none for all. */
  samples: 'place',
  /** Memory for each thread alone: thread t owns `scratchStride` places from `scratch` + t·`scratchStride` on. */
  scratch: 'place',
  scratchStride: 'integer',
  /** How many records, this one included, a few samples go through before the next samples do; 1 for a record on its own. */
  chainSteps: 'integer',
  samplesAtOnce: 'integer',
  /** 1 where the last samples of a thread's share come first: they are what the chain before has left in the cache. */
  reversed: 'integer',
  /** How many structures of `fetchFields` the record ends with: what is fetched while it computes. */
  fetches: 'integer',
  /** Number of the record in the program: where the profile counts its time. */
  index: 'integer',
} as const;

/** A tensor to fetch, with `partsAhead` as in `fetches.ts`. */
export const fetchFields = { place: 'place', bytesPerSample: 'integer', partsAhead: 'integer' } as const;

/** How the source image is laid into a zero-bordered copy: pixel (i, j) goes to (top + i·spacing, left + j·spacing); what falls outside is cropped. */
const borderFields = {
  sourceHeight: 'integer',
  sourceWidth: 'integer',
  sourceChannels: 'integer',
  top: 'integer',
  left: 'integer',
  spacingHeight: 'integer',
  spacingWidth: 'integer',
  paddedHeight: 'integer',
  paddedWidth: 'integer',
} as const;

/** The window, in pixels of the zero-bordered copy. */
const kernelFields = {
  kernelHeight: 'integer',
  kernelWidth: 'integer',
  strideHeight: 'integer',
  strideWidth: 'integer',
  dilationHeight: 'integer',
  dilationWidth: 'integer',
  outputHeight: 'integer',
  outputWidth: 'integer',
} as const;

/** A window over the image itself, whose first pixel is at (top, left) as seen from the window's first position. */
const slidingFields = {
  sourceHeight: 'integer',
  sourceWidth: 'integer',
  sourceChannels: 'integer',
  top: 'integer',
  left: 'integer',
  ...kernelFields,
} as const;

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
  sourceHeight: 'integer',
  sourceWidth: 'integer',
  sourceChannels: 'integer',
  top: 'integer',
  left: 'integer',
  outputHeight: 'integer',
  outputWidth: 'integer',
  outputChannels: 'integer',
  /** Tiles whose planes are in the scratch memory together. */
  tilesAtOnce: 'integer',
} as const;

/** Ranges of the input and of the output gradient where their levels are multiplied (PSG's predictor); none where it is their values. */
const levelFields = { range: 'place', gradientRange: 'place', bits: 'integer', isSigned: 'integer', gradientBits: 'integer' } as const;

/** An addition to a batch normalization's output, none without; then an activation, linear or of those that `fuse.ts` names. */
const fusedFields = { addend: 'place', function: 'integer' } as const;

const poolingFields = {
  ...kernelFields,
  padTop: 'integer',
  padLeft: 'integer',
  sourceHeight: 'integer',
  sourceWidth: 'integer',
  channels: 'integer',
} as const;

const boxFields = {
  /** An image of height × width × channels inside one of wholeHeight × wholeWidth × wholeChannels, from (top, left, offset) on. */
  height: 'integer',
  width: 'integer',
  channels: 'integer',
  wholeHeight: 'integer',
  wholeWidth: 'integer',
  wholeChannels: 'integer',
  top: 'integer',
  left: 'integer',
  offset: 'integer',
} as const;

export const kernelLayouts = {
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
    ...kernelFields,
    outputChannels: 'integer',
    ...outputFields,
  },
  convolutionWeightGradient: { x: 'place', dy: 'place', partial: 'result', ...borderFields, ...kernelFields, outputChannels: 'integer' },
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
  winogradConvolution: { x: 'place', packed: 'place', bias: 'place', y: 'result', ...winogradFields },
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
  dense: { x: 'place', packed: 'place', bias: 'place', y: 'result', inputs: 'integer', outputs: 'integer' },
  denseWeightGradient: { x: 'place', dy: 'place', dw: 'result', dbias: 'result', inputs: 'integer', outputs: 'integer' },
  sampleMoments: {
    x: 'place',
    moments: 'result',
    /** The least and the greatest value of each channel; none where nobody wants them. */
    extrema: 'result',
    pixels: 'integer',
    channels: 'integer',
  },
  /** Of the activation behind the normalization, before either is computed. */
  normalizedMaximum: {
    moments: 'place',
    extrema: 'place',
    gamma: 'place',
    beta: 'place',
    /** As the normalization's. */
    factors: 'result',
    maxima: 'result',
    pixels: 'integer',
    channels: 'integer',
    function: 'integer',
    epsilon: 'float',
  },
  batchNormalization: {
    x: 'place',
    ...fusedFields,
    gamma: 'place',
    beta: 'place',
    y: 'result',
    moments: 'place',
    /** Scale, shift and centre of each channel, for each thread. */
    factors: 'result',
    mean: 'result',
    inverseDeviation: 'result',
    runningMean: 'result',
    runningVariance: 'result',
    pixels: 'integer',
    channels: 'integer',
    unbiasedRunningVariance: 'integer',
    momentum: 'float',
    epsilon: 'float',
  },
  sampleGradientSums: {
    x: 'place',
    dy: 'place',
    ...fusedFields,
    /** In the addend's place: the gradient of the mean over the pixels, of which each pixel has its part. */
    ofMean: 'place',
    /** Value of the activation, and the gradient below it; none where the function is linear. */
    y: 'place',
    g: 'result',
    /** The gradient of the mask that chooses between y and the shortcut of a gated block; none where there is no shortcut. */
    shortcut: 'place',
    dmasks: 'result',
    gate: 'integer',
    gates: 'integer',
    mean: 'place',
    inverseDeviation: 'place',
    sums: 'result',
    pixels: 'integer',
    channels: 'integer',
  },
  batchNormalizationGradient: {
    x: 'place',
    dy: 'place',
    gamma: 'place',
    mean: 'place',
    inverseDeviation: 'place',
    sums: 'place',
    /** What the channel's gradients and inputs are multiplied with, and a constant, for each thread. */
    factors: 'result',
    dx: 'result',
    dgamma: 'result',
    dbeta: 'result',
    pixels: 'integer',
    channels: 'integer',
  },
  batchNormalizationInference: {
    x: 'place',
    ...fusedFields,
    gamma: 'place',
    beta: 'place',
    y: 'result',
    /** Scale and shift of each channel, for each thread. */
    factors: 'result',
    runningMean: 'place',
    runningVariance: 'place',
    pixels: 'integer',
    channels: 'integer',
    epsilon: 'float',
  },
  activation: { x: 'place', y: 'result', elements: 'integer', perSample: 'integer', function: 'integer' },
  activationGradient: { y: 'place', dy: 'place', dx: 'result', elements: 'integer', perSample: 'integer', function: 'integer' },
  add: { a: 'place', b: 'place', y: 'result', elements: 'integer', perSample: 'integer' },
  copy: { x: 'place', y: 'result', elements: 'integer', perSample: 'integer' },
  maxPooling: { x: 'place', y: 'result', ...poolingFields },
  maxPoolingGradient: { x: 'place', y: 'place', dy: 'place', dx: 'result', ...poolingFields },
  averagePooling: { x: 'place', y: 'result', ...poolingFields },
  averagePoolingGradient: { dy: 'place', dx: 'result', ...poolingFields },
  globalAveragePooling: { x: 'place', y: 'result', pixels: 'integer', channels: 'integer' },
  globalAveragePoolingGradient: { dy: 'place', dx: 'result', pixels: 'integer', channels: 'integer' },
  /** part → whole; with `clear`, zeros around it. */
  intoBox: { part: 'place', whole: 'result', clear: 'integer', ...boxFields },
  fromBox: { whole: 'place', part: 'result', ...boxFields },
  /** Forward and gradient alike: y = x · mask / (1 − rate). */
  dropout: { x: 'place', y: 'result', seed: 'place', elements: 'integer', rate: 'float' },
  sampleMaximum: { x: 'place', maxima: 'result', elements: 'integer' },
  /** The mean of the samples' maxima, or the largest of them. */
  quantizationRange: { maxima: 'place', range: 'result', running: 'result', mean: 'integer', momentum: 'float' },
  quantize: {
    x: 'place',
    range: 'place',
    y: 'result',
    msb: 'result',
    elements: 'integer',
    bits: 'integer',
    msbBits: 'integer',
    isSigned: 'integer',
  },
  quantizeWeights: { w: 'place', y: 'result', msb: 'result', rows: 'integer', channels: 'integer', bits: 'integer', msbBits: 'integer' },
  predictorWeightGradient: {
    x: 'place',
    dy: 'place',
    ...levelFields,
    msbBits: 'integer',
    /** 64-bit sums of each thread. */
    partial: 'result',
    ...borderFields,
    ...kernelFields,
    outputChannels: 'integer',
  },
  sumPredictorPartials: { partial: 'place', ...levelFields, dw: 'result', rows: 'integer', columns: 'integer' },
  predictiveGradient: {
    predicted: 'place',
    full: 'place',
    threshold: 'place',
    g: 'result',
    /** Of each thread: decided by the predictor, and of these wrong. */
    counts: 'result',
    elements: 'integer',
    signs: 'integer',
  },
  sumCounts: { counts: 'place', metrics: 'result' },
  sign: { x: 'place', y: 'result', elements: 'integer', perSample: 'integer' },
  softmax: { x: 'place', y: 'result', classes: 'integer' },
  crossEntropy: { logits: 'place', labels: 'place', dlogits: 'result', perSample: 'result', classes: 'integer' },
  /** Adds up the samples' loss and hits, in the order of the samples. */
  sumMetrics: { perSample: 'place', metrics: 'result' },
  sgdMomentum: {
    w: 'result',
    g: 'place',
    v: 'result',
    learningRate: 'place',
    elements: 'integer',
    momentum: 'float',
    weightDecay: 'float',
  },
  lstmCell: { z: 'place', previous: 'place', cell: 'result', h: 'result', hidden: 'integer' },
  lstmCellGradient: {
    z: 'place',
    previous: 'place',
    cell: 'place',
    dh: 'place',
    dcell: 'place',
    dz: 'result',
    dprevious: 'result',
    hidden: 'integer',
  },
  gate: { logit: 'place', uniforms: 'place', probabilities: 'result', masks: 'result', gate: 'integer', gates: 'integer' },
  listSamples: { masks: 'place', executed: 'result', skipped: 'result', gate: 'integer', gates: 'integer' },
  mixSamples: { masks: 'place', a: 'place', b: 'place', y: 'result', elements: 'integer', gate: 'integer', gates: 'integer' },
  maskGradient: { dy: 'place', a: 'place', b: 'place', dmasks: 'result', elements: 'integer', gate: 'integer', gates: 'integer' },
  gateCost: { masks: 'place', costs: 'place', target: 'place', weight: 'place', share: 'result', cost: 'result', gates: 'integer' },
  gateGradient: {
    probabilities: 'place',
    masks: 'place',
    dmasks: 'place',
    costs: 'place',
    cost: 'place',
    mean: 'place',
    dlogit: 'result',
    gate: 'integer',
    gates: 'integer',
    estimator: 'integer',
  },
  gateMean: { masks: 'place', dmasks: 'place', mean: 'result', gates: 'integer', momentum: 'float' },
  /** Nothing but multiply-adds in registers, to measure the processor's peak; part of no network. */
  multiplyAddPeak: { sums: 'result', rounds: 'integer' },
} as const satisfies Record<string, Record<string, FieldType>>;

export type KernelName = keyof typeof kernelLayouts;

/** Values of a kernel's fields; a place is named by its tensor, a missing tensor is `undefined`. */
export type KernelFields<K extends KernelName> = {
  readonly [F in keyof (typeof kernelLayouts)[K]]: (typeof kernelLayouts)[K][F] extends 'place' | 'result' ? number | undefined : number;
};

export const kernelNames = Object.keys(kernelLayouts) as KernelName[];

/** Codes of the activation functions, as the kernels know them. */
export const activationCodes = { relu: 0, relu6: 1, sigmoid: 2, tanh: 3, linear: 4 } as const;

/** Codes of the ways to estimate a gate's gradient, as the kernels know them. */
export const estimatorCodes = { every: 0, executed: 1, centred: 2, inverseProbability: 3 } as const satisfies Record<
  GateGradientEstimator,
  number
>;

/** Words (int32) of the control block that the threads share; each group has a cache line of its own. `kernels/section.c` has the protocol. */
export const controlWords = {
  /** Counts the stretches between barriers. */
  generation: 0,
  /** Shares of the current stretch that are done. */
  finished: 16,
  /** Threads that sleep until the generation changes. */
  sleepers: 32,
  /** Counts the sections; threads sleep on it between them. */
  command: 48,
  /** Word of the section where the current stretch starts; `noStretch` when there is nothing to do. */
  stretch: 64,
  /** Place of the section to run, samples of the batch. */
  section: 65,
  samples: 66,
  /** 1 when the threads are to end, and when one of them failed. */
  leave: 67,
  failed: 68,
  /** Where the threads keep the profile, 0 without one, and how many places one thread's takes. */
  profile: 69,
  profileStride: 70,
  /** Threads from this number on stay asleep. */
  active: 71,
  /** For each share of the work the generation in which it was last claimed, a cache line each. */
  claims: 80,
  claimPitch: 16,
} as const;

/** A thread's profile, in float64: ticks at which it first began and last ended, then what it spent on each record. */
export const profileWords = { began: 0, ended: 1, records: 2 } as const;

export const noStretch = 0x7fffffff;

export const barrierCodes = { none: 0, after: 1, atEnd: 2 } as const;

export const sectionStatus = { finished: 0, mustWait: 1, mustWake: 2 } as const;
