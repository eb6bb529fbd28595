import { groupBy } from './group-by';
import type { PowerSample, TimeWindow, Unavailable } from './power-sample';
import { isUnavailable } from './power-sample';
import { mean, median, variance } from './statistics';

/** What one window's samples of all rails come to. */
export interface WindowPower {
  readonly seconds: number;
  /** Of the sum of the rails, idle power included. */
  readonly energyJ: number;
  readonly meanW: number;
  /** Standard deviation of single readings of the sum, and of its mean. */
  readonly deviationW: number;
  readonly meanErrorW: number;
  /** Readings of the rail that has fewest. */
  readonly samples: number;
  /** Intervals longer than three usual ones, on the rail that has most of them. */
  readonly gaps: number;
  /** Usual time between two readings. */
  readonly intervalSeconds: number;
  /**
   * What a power that steps between two readings may have been taken for: standard deviation of the trapezoids, each step uniform within its
   * interval, and the time between the window's borders and the readings next to them, of which only a guess is known.
   */
  readonly steps: { readonly deviationJ: number; readonly borderSeconds: number };
  readonly railJ: ReadonlyMap<string, number>;
}

/** Fewer readings than this say too little about a window. */
export const fewestSamples = 10;
/** An interval this many times longer than the usual one is a gap. */
const gapFactor = 3;
/** A window of which one gap covers more than this share is not integrated. */
const largestGapShare = 0.5;

type RailPower = Omit<WindowPower, 'railJ'>;

/**
 * Energy of a window: the trapezoid rule over the readings' own times, rail by rail, and summed. At a window's borders the power is that of
 * the nearest reading inside, since marks stand where the load begins and ends and the reading beyond belongs to another load.
 * @param samples of the rails that are summed, any order; those outside the window do not matter.
 */
export function windowPower(samples: readonly PowerSample[], window: TimeWindow): WindowPower | Unavailable {
  const seconds = window.end - window.begin;
  if (!(seconds > 0)) return { unavailable: 'The window has no length: its end mark does not come after its begin mark.' };
  const byRail = groupBy(samples, ({ rail }) => rail);
  if (byRail.size === 0) return tooFew(0, seconds);
  const rails = new Map<string, RailPower>();
  for (const [rail, readings] of byRail) {
    const power = railPower(readings, window);
    if (isUnavailable(power)) return power;
    rails.set(rail, power);
  }
  const of = (figure: (power: RailPower) => number) => [...rails.values()].map(figure);
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const energyJ = sum(of((power) => power.energyJ));
  return {
    seconds,
    energyJ,
    meanW: energyJ / seconds,
    deviationW: Math.hypot(...of((power) => power.deviationW)),
    meanErrorW: Math.hypot(...of((power) => power.meanErrorW)),
    samples: Math.min(...of((power) => power.samples)),
    gaps: Math.max(...of((power) => power.gaps)),
    intervalSeconds: Math.max(...of((power) => power.intervalSeconds)),
    steps: {
      // All rails step at once, so their errors go the same way.
      deviationJ: sum(of((power) => power.steps.deviationJ)),
      borderSeconds: Math.max(...of((power) => power.steps.borderSeconds)),
    },
    railJ: new Map([...rails].map(([rail, power]) => [rail, power.energyJ])),
  };
}

function railPower(readings: readonly PowerSample[], window: TimeWindow): RailPower | Unavailable {
  const touching = readings
    .filter(({ time, over = 0 }) => time >= window.begin && time - over <= window.end)
    .sort((a, b) => a.time - b.time);
  // A reading at a moment belongs to the window when the moment does; a mean over a span, when a part of its span does.
  const inside = touching.filter(({ time, over }) => over !== undefined || time <= window.end);
  const seconds = window.end - window.begin;
  if (inside.length < fewestSamples) return tooFew(inside.length, seconds);
  const intervals = inside.slice(1).map(({ time }, index) => time - inside[index]!.time);
  const intervalSeconds = median(intervals);
  const gaps = intervals.filter((interval) => interval > gapFactor * intervalSeconds);
  const missing = Math.max(0, ...gaps);
  if (missing > largestGapShare * seconds) {
    return { unavailable: `The meter gave nothing for ${missing.toFixed(2)} s of a window of ${seconds.toFixed(2)} s: measure again.` };
  }
  const energyJ = inside[0]!.over === undefined ? trapezoid(inside, window) : sumOfMeans(inside, window);
  const watts = inside.map((sample) => sample.watts);
  const deviationW = Math.sqrt(variance(watts));
  return {
    seconds,
    energyJ,
    meanW: energyJ / seconds,
    deviationW,
    meanErrorW: deviationW / Math.sqrt(independentReadings(watts)),
    samples: inside.length,
    gaps: gaps.length,
    intervalSeconds,
    steps: stepsWithin(inside, window),
  };
}

function stepsWithin(inside: readonly PowerSample[], { begin, end }: TimeWindow): WindowPower['steps'] {
  const [first, last] = [inside[0]!, inside.at(-1)!];
  // Counters miss nothing between readings; at a border, a part of a mean is all that is known.
  if (first.over !== undefined) return { deviationJ: 0, borderSeconds: Math.hypot(first.over, last.over ?? 0) };
  const areas = inside.slice(1).map(({ time, watts }, index) => (watts - inside[index]!.watts) * (time - inside[index]!.time));
  return { deviationJ: Math.hypot(...areas) / Math.sqrt(12), borderSeconds: Math.hypot(first.time - begin, end - last.time) };
}

/**
 * How many independent readings a row of them is worth: sensors that average, or are read faster than they convert, repeat themselves. From
 * the first lag's autocorrelation r, as for a first-order process: n (1 − r) / (1 + r).
 */
function independentReadings(watts: readonly number[]): number {
  const average = mean(watts);
  const total = watts.reduce((sum, value) => sum + (value - average) ** 2, 0);
  if (total === 0) return watts.length;
  const lagged = watts.slice(1).reduce((sum, value, index) => sum + (value - average) * (watts[index]! - average), 0);
  const r = Math.min(0.98, Math.max(0, lagged / total));
  return Math.max(1, (watts.length * (1 - r)) / (1 + r));
}

function trapezoid(inside: readonly PowerSample[], { begin, end }: TimeWindow): number {
  const [first, last] = [inside[0]!, inside.at(-1)!];
  let energyJ = first.watts * (first.time - begin) + last.watts * (end - last.time);
  for (let index = 1; index < inside.length; index++) {
    const [before, after] = [inside[index - 1]!, inside[index]!];
    energyJ += ((before.watts + after.watts) / 2) * (after.time - before.time);
  }
  return energyJ;
}

/** Means over spans are exact where they are; the rest of the window is taken to be like them. */
function sumOfMeans(inside: readonly PowerSample[], { begin, end }: TimeWindow): number {
  let energyJ = 0;
  let covered = 0;
  for (const { time, watts, over = 0 } of inside) {
    const seconds = Math.max(0, Math.min(time, end) - Math.max(time - over, begin));
    energyJ += watts * seconds;
    covered += seconds;
  }
  return (energyJ / covered) * (end - begin);
}

function tooFew(samples: number, seconds: number): Unavailable {
  const counted = `${samples} power ${samples === 1 ? 'sample' : 'samples'} within ${seconds.toFixed(2)} s`;
  return {
    unavailable: `There are ${counted}, and at least ${fewestSamples} are needed: let the workload run longer (more executions), or sample faster.`,
  };
}
