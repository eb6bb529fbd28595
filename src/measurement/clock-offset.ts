import { groupBy } from './group-by';
import type { PowerSample, TimeWindow, Unavailable } from './power-sample';
import { median } from './statistics';

/** By how much a meter's clock is ahead of the marks', and how sure that is. */
export interface ClockOffset {
  readonly seconds: number;
  readonly standardErrorSeconds: number;
  /** Between the power and the marks at this offset, 0 to 1. */
  readonly correlation: number;
}

/** Below this the power does not follow the marks. */
const leastCorrelation = 0.5;
/** Offsets that are tried at once, before the best is refined. */
const mostOffsets = 200_000;

/**
 * Finds the offset at which a recorded power follows the marks best: the correlation of the power with 1 within loads and 0 within idle
 * windows, over all offsets at which the recording covers the marks. Each begin and end tells the offset to about one interval of the
 * meter, uniform, and many tell no more than one where loads keep step with the meter: the standard error is interval / √12, with that of the marks.
 * @param markStep of the clock that the marks were taken with, in seconds.
 */
export function estimateClockOffset(
  samples: readonly PowerSample[],
  loads: readonly TimeWindow[],
  idles: readonly TimeWindow[],
  markStep: number,
): ClockOffset | Unavailable {
  const power = new PowerTrace(samples);
  const windows = [...loads.map((window) => ({ ...window, level: 1 })), ...idles.map((window) => ({ ...window, level: 0 }))];
  if (idles.length === 0 || loads.length === 0) {
    return { unavailable: 'The meter’s clock cannot be found without idle windows beside the loads: give --idle a length above 0.' };
  }
  const [first, last] = [Math.min(...windows.map(({ begin }) => begin)), Math.max(...windows.map(({ end }) => end))];
  const slack = Math.min(...windows.map(({ begin, end }) => end - begin)) / 2;
  const [from, to] = [power.begin - first - slack, power.end - last + slack];
  if (to < from) {
    return {
      unavailable: `The meter's recording (${(power.end - power.begin).toFixed(1)} s) is shorter than the measurement (${(last - first).toFixed(1)} s): start it before and stop it after.`,
    };
  }
  const shortest = Math.min(...loads.map(({ begin, end }) => end - begin));
  const coarse = Math.max(Math.min(power.interval, shortest / 4), (to - from) / mostOffsets);
  const points = pointsWithin(windows, Math.min(power.interval, shortest / 10));
  let best = bestOf(power, points, from, to, coarse);
  for (let step = coarse / 4; step > markStep / 4; step /= 4)
    best = bestOf(power, points, best.offset - 4 * step, best.offset + 4 * step, step);
  if (!(best.correlation >= leastCorrelation)) {
    return {
      unavailable: `The meter's power does not follow the marks (correlation ${Math.max(0, best.correlation || 0).toFixed(2)}): is it the same board, and was it recording all the time?`,
    };
  }
  const seconds = plateauMiddle(power, points, best, power.interval);
  return { seconds, standardErrorSeconds: Math.hypot(power.interval, markStep) / Math.sqrt(12), correlation: best.correlation };
}

interface Candidate {
  readonly offset: number;
  readonly correlation: number;
}
interface Point {
  readonly time: number;
  readonly level: number;
}

function pointsWithin(windows: readonly (TimeWindow & { readonly level: number })[], step: number): Point[] {
  return windows.flatMap(({ begin, end, level }) => {
    const count = Math.min(2000, Math.max(4, Math.round((end - begin) / step)));
    return Array.from({ length: count }, (_, index) => ({ time: begin + ((index + 0.5) * (end - begin)) / count, level }));
  });
}

function bestOf(power: PowerTrace, points: readonly Point[], from: number, to: number, step: number): Candidate {
  let best: Candidate = { offset: from, correlation: Number.NEGATIVE_INFINITY };
  for (let offset = from; offset <= to + step / 2; offset += step) {
    const correlation = correlationAt(power, points, offset);
    if (correlation > best.correlation) best = { offset, correlation };
  }
  return best;
}

/** Readings are apart, so several offsets fit equally well: the middle of them is the most likely. */
function plateauMiddle(power: PowerTrace, points: readonly Point[], { offset, correlation }: Candidate, interval: number): number {
  const step = interval / 40;
  const equal = (at: number) => correlationAt(power, points, at) >= correlation - 1e-6;
  let [low, high] = [offset, offset];
  while (offset - low < interval && equal(low - step)) low -= step;
  while (high - offset < interval && equal(high + step)) high += step;
  return (low + high) / 2;
}

function correlationAt(power: PowerTrace, points: readonly Point[], offset: number): number {
  let [n, sumX, sumY, sumXX, sumYY, sumXY] = [0, 0, 0, 0, 0, 0];
  for (const { time, level } of points) {
    const watts = power.at(time + offset);
    n += 1;
    sumX += level;
    sumY += watts;
    sumXX += level * level;
    sumYY += watts * watts;
    sumXY += level * watts;
  }
  const spread = (n * sumXX - sumX ** 2) * (n * sumYY - sumY ** 2);
  return spread > 0 ? (n * sumXY - sumX * sumY) / Math.sqrt(spread) : Number.NEGATIVE_INFINITY;
}

/** Sum of the rails' power at any time: that of the nearest reading. */
class PowerTrace {
  readonly interval: number;
  readonly begin: number;
  readonly end: number;
  private readonly times: Float64Array;
  private readonly watts: Float64Array;

  constructor(samples: readonly PowerSample[]) {
    const rails = [...groupBy(samples, ({ rail }) => rail).values()].map((readings) => [...readings].sort((a, b) => a.time - b.time));
    const [longest = []] = rails.sort((a, b) => b.length - a.length);
    this.times = Float64Array.from(longest, ({ time }) => time);
    this.watts = new Float64Array(longest.length);
    for (const readings of rails) {
      let place = 0;
      for (const [index, time] of this.times.entries()) {
        while (place + 1 < readings.length && readings[place + 1]!.time <= time) place += 1;
        this.watts[index]! += readings[place]?.watts ?? 0;
      }
    }
    this.interval = longest.length > 1 ? median(longest.slice(1).map(({ time }, index) => time - longest[index]!.time)) : 1;
    this.begin = this.times[0] ?? 0;
    this.end = this.times.at(-1) ?? 0;
  }

  at(time: number): number {
    let [low, high] = [0, this.times.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.times[middle]! <= time) low = middle;
      else high = middle - 1;
    }
    const next = Math.min(low + 1, this.times.length - 1);
    return time - this.times[low]! > this.times[next]! - time ? this.watts[next]! : this.watts[low]!;
  }
}
