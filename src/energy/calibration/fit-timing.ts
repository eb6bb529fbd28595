/** Measured seconds of counted work. */
export interface TimedWork {
  readonly cycles: number;
  readonly bytes: number;
  readonly seconds: number;
}

export interface Timing {
  readonly clockHz: number;
  readonly dramBytesPerSecond: number;
  /** Whether some measurements are as long as their cycles, and some as long as their traffic; else the other is a bound only. */
  readonly told: { readonly clock: boolean; readonly traffic: boolean };
  /** Root mean square of the relative errors. */
  readonly error: number;
}

/**
 * Clock and bandwidth under which work takes max(cycles / clock, bytes / bandwidth), by least squares on relative errors. Work is as long as its
 * cycles where it has more cycles per byte than some threshold: all thresholds are tried.
 * @param works one at least, each with cycles and bytes.
 */
export function fitTiming(works: readonly TimedWork[]): Timing {
  const sorted = [...works].sort((a, b) => b.cycles / b.bytes - a.cycles / a.bytes);
  const candidates = Array.from({ length: sorted.length + 1 }, (_, first) => timingOf(sorted.slice(0, first), sorted.slice(first), works));
  return candidates.reduce((best, one) => (one.error < best.error ? one : best));
}

function timingOf(computing: readonly TimedWork[], moving: readonly TimedWork[], all: readonly TimedWork[]): Timing {
  // Where nothing tells, the least that no measurement speaks against.
  const clockHz = computing.length > 0 ? rate(computing, ({ cycles }) => cycles) : greatest(all, ({ cycles }) => cycles);
  const dramBytesPerSecond = moving.length > 0 ? rate(moving, ({ bytes }) => bytes) : greatest(all, ({ bytes }) => bytes);
  const errors = all.map(({ cycles, bytes, seconds }) => Math.max(cycles / clockHz, bytes / dramBytesPerSecond) / seconds - 1);
  const error = Math.sqrt(errors.reduce((sum, one) => sum + one * one, 0) / all.length);
  return { clockHz, dramBytesPerSecond, told: { clock: computing.length > 0, traffic: moving.length > 0 }, error };
}

/** The rate that minimises Σ (amount / rate / seconds − 1)². */
function rate(works: readonly TimedWork[], amountOf: (work: TimedWork) => number): number {
  const ratios = works.map((work) => amountOf(work) / work.seconds);
  return ratios.reduce((sum, ratio) => sum + ratio * ratio, 0) / ratios.reduce((sum, ratio) => sum + ratio, 0);
}

const greatest = (works: readonly TimedWork[], amountOf: (work: TimedWork) => number) =>
  Math.max(...works.map((work) => amountOf(work) / work.seconds));
