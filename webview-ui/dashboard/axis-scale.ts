/** Places values between two ends of an axis, in pixels. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  at(value: number): number;
}

export function place(
  values: readonly number[],
  minimum: number | undefined,
  maximum: number | undefined,
  from: number,
  to: number,
): Scale {
  const low = values.reduce((least, value) => Math.min(least, value), minimum ?? Number.POSITIVE_INFINITY);
  const high = maximum ?? values.reduce((most, value) => Math.max(most, value), low);
  return { low, high, at: (value) => from + ((value - low) / (high - low || 1)) * (to - from) };
}

/** Round values 1, 2 or 5 · 10ⁿ apart, about five of them. */
export function ticks({ low, high }: Scale): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, index) => (first + index) * step);
}
