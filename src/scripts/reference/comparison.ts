/** How far a computed tensor is from the reference, and how far it may be. */
export interface Comparison {
  /** Case or weight, then tensor: `gate 2: masks`. What is behind the last colon is printed as one line. */
  readonly name: string;
  /** What `error` is: the largest difference relative to the largest expected value, or the share of entries that differ. */
  readonly measure: 'relative error' | 'share of entries';
  /** Infinite where sizes differ or a value is not finite. */
  readonly error: number;
  readonly tolerance: number;
}

/** Of float tensors, as the references' authors ask for. */
const relativeTolerance = 1e-4;
/** Signs near zero and ties of rounding may differ in so many entries, or in a single one. */
const differingShare = 1e-3;

export const isOff = ({ error, tolerance }: Comparison) => !(Number.isFinite(error) && error <= tolerance);

/** The largest difference, relative to `scale`: the largest expected value. Infinite where sizes differ or a value is not finite. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, scale = largest(expected)): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!Number.isFinite(difference)) return Number.POSITIVE_INFINITY;
    error = Math.max(error, difference);
  }
  return error === 0 ? 0 : error / scale;
}

/** The largest magnitude; not a number where one of the values is none. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]!));
  return most;
}

/** Float tensors. */
export function compareValues(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = relativeTolerance,
  scale?: number,
): Comparison {
  return { name, measure: 'relative error', error: relativeError(actual, expected, scale), tolerance };
}

/** Quantized values and signs: entries either agree or are a whole level off. */
export function compareEntries(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = differingShare,
): Comparison {
  const single = 1 / Math.max(1, expected.length);
  const within = relativeTolerance * largest(expected);
  const isComparable = Number.isFinite(relativeError(actual, expected, 1));
  const differing = Array.from(expected).filter((value, i) => Math.abs(actual[i]! - value) > within).length;
  const error = isComparable ? differing * single : Number.POSITIVE_INFINITY;
  return { name, measure: 'share of entries', error, tolerance: Math.max(tolerance, single) };
}
