/**
 * The kernels and the fields of their records, in the order in which they stand in memory. This table is the only place that says so:
 * the planner encodes by it, and the build writes the C structures from it (`kernel-layout.h`), so the two sides cannot drift apart.
 *
 * A `place` is where a tensor starts, in units of 64 bytes from the start of the memory; 0 means that there is none.
 */
export type FieldType = 'place' | 'integer' | 'float';

/** What every record starts with. */
export const headerFields = {
  kernel: 'integer',
  /** Words of this record, header included. */
  words: 'integer',
  /** 1 where every thread must have finished this record before any starts the next. */
  barrier: 'integer',
  /** The list of samples to work on; none for all. */
  samples: 'place',
  /** Memory for each thread alone: thread t owns `scratchStride` places from `scratch` + t·`scratchStride` on. */
  scratch: 'place',
  scratchStride: 'integer',
} as const;

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
    packed: 'place',
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
    y: 'place',
    ...borderFields,
    ...kernelFields,
    outputChannels: 'integer',
    /** In elements, so that a phase of a strided input gradient writes every strideth pixel. */
    outputStart: 'integer',
    outputRowPitch: 'integer',
    outputPixelPitch: 'integer',
    outputSamplePitch: 'integer',
  },
  convolutionWeightGradient: { x: 'place', dy: 'place', partial: 'place', ...borderFields, ...kernelFields, outputChannels: 'integer' },
  /** Adds up the threads' partial weight gradients, in the order of the threads. */
  sumPartials: {
    partial: 'place',
    dw: 'place',
    dbias: 'place',
    rows: 'integer',
    columns: 'integer',
  },
  depthwise: { x: 'place', w: 'place', bias: 'place', y: 'place', ...borderFields, ...kernelFields, multiplier: 'integer' },
  depthwiseInputGradient: { dy: 'place', w: 'place', dx: 'place', ...borderFields, ...kernelFields, multiplier: 'integer' },
  depthwiseWeightGradient: { x: 'place', dy: 'place', partial: 'place', ...borderFields, ...kernelFields, multiplier: 'integer' },
  dense: { x: 'place', packed: 'place', bias: 'place', y: 'place', inputs: 'integer', outputs: 'integer' },
  denseWeightGradient: { x: 'place', dy: 'place', dw: 'place', dbias: 'place', inputs: 'integer', outputs: 'integer' },
  sampleMoments: { x: 'place', moments: 'place', pixels: 'integer', channels: 'integer' },
  batchNormalization: {
    x: 'place',
    gamma: 'place',
    beta: 'place',
    y: 'place',
    moments: 'place',
    mean: 'place',
    inverseDeviation: 'place',
    runningMean: 'place',
    runningVariance: 'place',
    pixels: 'integer',
    channels: 'integer',
    unbiasedRunningVariance: 'integer',
    momentum: 'float',
    epsilon: 'float',
  },
  sampleGradientSums: {
    x: 'place',
    dy: 'place',
    mean: 'place',
    inverseDeviation: 'place',
    sums: 'place',
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
    dx: 'place',
    dgamma: 'place',
    dbeta: 'place',
    pixels: 'integer',
    channels: 'integer',
  },
  batchNormalizationInference: {
    x: 'place',
    gamma: 'place',
    beta: 'place',
    y: 'place',
    runningMean: 'place',
    runningVariance: 'place',
    pixels: 'integer',
    channels: 'integer',
    epsilon: 'float',
  },
  activation: { x: 'place', y: 'place', elements: 'integer', perSample: 'integer', function: 'integer' },
  activationGradient: { y: 'place', dy: 'place', dx: 'place', elements: 'integer', perSample: 'integer', function: 'integer' },
  add: { a: 'place', b: 'place', y: 'place', elements: 'integer', perSample: 'integer' },
  copy: { x: 'place', y: 'place', elements: 'integer', perSample: 'integer' },
  maxPooling: { x: 'place', y: 'place', ...poolingFields },
  maxPoolingGradient: { x: 'place', y: 'place', dy: 'place', dx: 'place', ...poolingFields },
  averagePooling: { x: 'place', y: 'place', ...poolingFields },
  averagePoolingGradient: { dy: 'place', dx: 'place', ...poolingFields },
  globalAveragePooling: { x: 'place', y: 'place', pixels: 'integer', channels: 'integer' },
  globalAveragePoolingGradient: { dy: 'place', dx: 'place', pixels: 'integer', channels: 'integer' },
  /** part → whole; with `clear`, zeros around it. */
  intoBox: { part: 'place', whole: 'place', clear: 'integer', ...boxFields },
  fromBox: { whole: 'place', part: 'place', ...boxFields },
  /** Forward and gradient alike: y = x · mask / (1 − rate). */
  dropout: { x: 'place', y: 'place', seed: 'place', elements: 'integer', rate: 'float' },
  softmax: { x: 'place', y: 'place', classes: 'integer' },
  crossEntropy: { logits: 'place', labels: 'place', dlogits: 'place', perSample: 'place', classes: 'integer' },
  /** Adds up the samples' loss and hits, in the order of the samples. */
  sumMetrics: { perSample: 'place', metrics: 'place' },
  sgdMomentum: { w: 'place', g: 'place', v: 'place', learningRate: 'place', elements: 'integer', momentum: 'float', weightDecay: 'float' },
} as const satisfies Record<string, Record<string, FieldType>>;

export type KernelName = keyof typeof kernelLayouts;

/** Values of a kernel's fields; a place is named by its tensor, a missing tensor is `undefined`. */
export type KernelFields<K extends KernelName> = {
  readonly [F in keyof (typeof kernelLayouts)[K]]: (typeof kernelLayouts)[K][F] extends 'place' ? number | undefined : number;
};

export const kernelNames = Object.keys(kernelLayouts) as KernelName[];

/** Codes of the activation functions, as the kernels know them. */
export const activationCodes = { relu: 0, relu6: 1, sigmoid: 2, tanh: 3 } as const;

/** Words (int32) of the control block that the threads share; each group has a cache line of its own. */
export const controlWords = {
  barrierGeneration: 0,
  barrierArrivals: 16,
  barrierSleepers: 32,
  /** Counts the commands; threads sleep on it between sections. */
  command: 48,
  /** Place and words of the section to run, samples of the batch. */
  section: 64,
  sectionWords: 65,
  samples: 66,
  /** 1 when the threads are to end, and when one of them failed. */
  leave: 67,
  failed: 68,
  /** Each thread's own state (`progressWords`), a cache line each. */
  progress: 80,
  progressPitch: 16,
} as const;

/** A thread's state in a section; kept between calls, so that it can leave the kernels to sleep. */
export const progressWords = { nextWord: 0, waiting: 1, awaitedGeneration: 2, section: 3, sectionWords: 4, samples: 5 } as const;

export const sectionStatus = { finished: 0, mustWait: 1, mustWake: 2 } as const;

const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const upperCase = (name: string) => snakeCase(name).toUpperCase();
const enumeration = (prefix: string, values: Readonly<Record<string, number>>) =>
  `enum { ${Object.entries(values)
    .map(([name, value]) => `${prefix}_${upperCase(name)} = ${value}`)
    .join(', ')} };\n`;
const structure = (name: string, header: string, fields: Readonly<Record<string, FieldType>>) =>
  `struct ${name} {\n${header}${Object.entries(fields)
    .map(([field, type]) => `  ${type === 'float' ? 'float' : 'int32_t'} ${snakeCase(field)};\n`)
    .join('')}};\n`;

/** The same table as a C header. */
export function kernelLayoutHeader(): string {
  return [
    '/* Written by the build from src/engine/local/kernel-layout.ts. */\n#pragma once\n#include <stdint.h>\n',
    enumeration('CONTROL', controlWords),
    enumeration('SECTION', sectionStatus),
    structure('progress', '', Object.fromEntries(Object.keys(progressWords).map((word) => [word, 'integer'] as const))),
    enumeration('ACTIVATION', activationCodes),
    structure('step', '', headerFields),
    ...kernelNames.map((name) => structure(snakeCase(name), '  struct step step;\n', kernelLayouts[name])),
    `#define FOR_EACH_KERNEL(KERNEL) \\\n${kernelNames.map((name, code) => `  KERNEL(${code}, ${snakeCase(name)})`).join(' \\\n')}\n`,
  ].join('\n');
}
