import type { GateGradientEstimator } from '../gate-operations';
import { convolutionLayouts } from './layouts/convolution-layouts';
import { endingLayouts } from './layouts/ending-layouts';
import { fixedPointLayouts } from './layouts/fixed-point-layouts';
import { gateLayouts } from './layouts/gate-layouts';
import { imageLayouts } from './layouts/image-layouts';
import { normalizationLayouts } from './layouts/normalization-layouts';

/**
 * The kernels and the fields of their records, in the order in which they stand in memory. This table is the only place that says so:
 * the planner encodes by it, and the build writes the C structures from it (`kernel-layout.h`), so the two sides cannot drift apart.
 *
 * A `place` is where a tensor starts, in units of `placeBytes` from the start of the memory; 0 means that there is none. A `result` is the
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
  /** The list by which the threads and the parts of a chain divide the batch; none: evenly. */
  division: 'place',
  /** 1 where the last samples of a thread's share come first: they are what the chain before has left in the cache. */
  reversed: 'integer',
  /** How many structures of `fetchFields` the record ends with: what is fetched while it computes. */
  fetches: 'integer',
  /** Number of the record in the program: where the profile counts its time. */
  index: 'integer',
} as const;

/** A tensor to fetch, and the list of samples of which it is fetched, with `partsAhead` as in `fetches.ts`. */
export const fetchFields = { place: 'place', samples: 'place', bytesPerSample: 'integer', partsAhead: 'integer' } as const;

export const kernelLayouts = {
  ...convolutionLayouts,
  ...endingLayouts,
  ...normalizationLayouts,
  ...imageLayouts,
  ...fixedPointLayouts,
  ...gateLayouts,
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
