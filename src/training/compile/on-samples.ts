import type { TensorId } from '../../engine/program';

/** Restricts an operation to the samples of a list, where there is one. */
export const on = (samples: TensorId | undefined) => (samples === undefined ? {} : { samples });
