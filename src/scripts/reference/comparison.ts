/** How far a computed tensor is from the reference, and how far it may be. */
export interface Comparison {
  /** Case and tensor, or group of tensors. */
  readonly name: string;
  /** What `error` is: the largest difference relative to the largest expected value, or the share of entries that differ. */
  readonly measure: 'relative error' | 'share of entries';
  readonly error: number;
  readonly tolerance: number;
}

/** Of float tensors, as the references' authors ask for. */
const relativeTolerance = 1e-4;
/** Signs near zero and ties of rounding may differ in so many entries, or in a single one. */
const differingShare = 1e-3;

export const isOff = ({ error, tolerance }: Comparison) => !(error <= tolerance);

/** The largest difference, relative to the largest expected value; infinite where sizes differ or a value is not a number. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = 0;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    scale = Math.max(scale, Math.abs(expected[i]!));
    error = Math.max(error, difference);
  }
  return error === 0 ? 0 : error / scale;
}

/** Float tensors. */
export function compareValues(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = relativeTolerance,
): Comparison {
  return { name, measure: 'relative error', error: relativeError(actual, expected), tolerance };
}

/** Quantized values and signs: entries either agree or are a whole level off. */
export function compareEntries(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>): Comparison {
  const scale = Array.from(expected).reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const differing =
    actual.length === expected.length
      ? Array.from(expected).filter((value, i) => !(Math.abs(actual[i]! - value) <= relativeTolerance * scale)).length
      : expected.length;
  const single = 1 / Math.max(1, expected.length);
  const error = actual.length === expected.length ? differing * single : Number.POSITIVE_INFINITY;
  return { name, measure: 'share of entries', error, tolerance: Math.max(differingShare, single) };
}
