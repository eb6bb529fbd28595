import type { Rail } from '../../protocol/measurements';
import type { PowerSample } from '../power-sample';

/** A rail that is read from files, on this machine or on a board. */
export interface SensorRail extends Rail {
  /** Read in this order for each sample. */
  readonly files: readonly string[];
  readonly reading:
    | { readonly form: 'microwatts' }
    | { readonly form: 'millivoltsTimesMilliamperes' }
    /** A counter that begins anew after `range` microjoules. */
    | { readonly form: 'microjoules'; readonly range: number };
}

/** No rail that we know of draws more: what a counter seems to say above it is a jump of the counter. */
const plausibleW = 2000;

/** Turns what a rail's files say, one time after another, into power. */
export class RailReader {
  private before?: { readonly time: number; readonly microjoules: number };

  constructor(private readonly rail: SensorRail) {}

  /**
   * @param time of the reading, in seconds.
   * @param values what the rail's files say; undefined where one cannot be read.
   * @returns nothing for the first reading of a counter, for one that jumped, and where a file could not be read.
   */
  sample(time: number, values: readonly (number | undefined)[]): PowerSample | undefined {
    const [first, second] = values;
    if (first === undefined) return undefined;
    const { name, reading } = this.rail;
    if (reading.form === 'microwatts') return { time, rail: name, watts: first / 1e6 };
    if (reading.form === 'microjoules') return this.counted(time, first, reading.range);
    return second === undefined ? undefined : { time, rail: name, watts: (first * second) / 1e6 };
  }

  private counted(time: number, microjoules: number, range: number): PowerSample | undefined {
    const { before } = this;
    this.before = { time, microjoules };
    if (!before || time <= before.time) return undefined;
    const over = time - before.time;
    const rise = microjoules - before.microjoules;
    // A counter below its last value has come round, or was set back by a suspend: then the power of a whole round would be absurd.
    const joules = (rise >= 0 ? rise : rise + range) / 1e6;
    // In a pause as long as this it may have come round more than once, which cannot be told.
    const ambiguous = over * plausibleW > range / 1e6 && rise < 0 && over > 60;
    const watts = joules / over;
    return watts > plausibleW || joules < 0 || ambiguous ? undefined : { time, rail: this.rail.name, watts, over };
  }
}
