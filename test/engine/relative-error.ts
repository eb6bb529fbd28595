/** Largest difference between two tensors relative to the largest expected value (at least `floor`); infinite where one is not a number. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, floor = 1e-30): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let scale = floor;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    scale = Math.max(scale, Math.abs(expected[i]!));
    error = Math.max(error, difference);
  }
  return error / scale;
}
