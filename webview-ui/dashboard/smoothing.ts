/**
 * Exponential moving average with the start's bias taken out (as in Adam): s ← w·s + (1 − w)·y, shown as s / (1 − wⁿ).
 * @param weight share of the past, 0 (no smoothing) to below 1.
 */
export function smooth(values: readonly number[], weight: number): number[] {
  if (weight <= 0) return [...values];
  let sum = 0;
  let remaining = 1;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    sum = weight * sum + (1 - weight) * value;
    remaining *= weight;
    return sum / (1 - remaining);
  });
}
