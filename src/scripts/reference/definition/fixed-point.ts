import { largest } from '../comparison';

const { fround } = Math;

export interface Format {
  readonly bits: number;
  /** Whether values may be negative. */
  readonly signed: boolean;
}

/**
 * The levels of fixed point within a range m (E2-Train, section 3.3, and the authors' code): signed, delta = 2m / 2^bits from −m up; unsigned,
 * delta = m / 2^bits from 0 up. Rounds to float32 where the authors' code does, since a level may hang on it.
 */
export class Levels {
  readonly delta: number;
  private readonly highest: number;

  constructor(
    readonly range: number,
    private readonly format: Format,
  ) {
    this.delta = fround((format.signed ? 2 * range : range) / 2 ** format.bits);
    this.highest = 2 ** format.bits - 1;
  }

  get lowestValue(): number {
    return this.format.signed ? -this.range : 0;
  }

  get highestValue(): number {
    return this.value(this.highest);
  }

  /** The level of a value. */
  of(x: number): number {
    return roundHalfEven(this.clamped(fround(fround(x - this.lowestValue) / this.delta)));
  }

  /** The level that a quantised value of another rounding stands for. */
  nearest(quantised: number): number {
    return Math.round(this.clamped((quantised - this.lowestValue) / this.delta));
  }

  value(level: number): number {
    return level * this.delta + this.lowestValue;
  }

  /** The level that the most significant bits of one stand for. */
  ofMostSignificant(level: number, bits: number): number {
    const step = 2 ** (this.format.bits - bits);
    return this.clamped(roundHalfEven(level / step) * step);
  }

  private clamped(level: number): number {
    return Math.min(Math.max(level, 0), this.highest);
  }
}

/** Mean over the samples of each one's largest magnitude. */
export function meanRange(x: Float64Array, samples: number): number {
  const size = x.length / samples;
  let sum = 0;
  for (let sample = 0; sample < samples; sample++) sum += largest(x.subarray(sample * size, (sample + 1) * size));
  return fround(sum / samples);
}

/** Weights, each output channel (the innermost axis) within its own range. */
export function quantisedWeights(w: Float64Array, channels: number, bits: number): Float64Array {
  const ranges = new Float64Array(channels);
  for (let i = 0; i < w.length; i++) ranges[i % channels] = Math.max(ranges[i % channels]!, Math.abs(w[i]!));
  const levels = Array.from(ranges, (range) => new Levels(range, { bits, signed: true }));
  return w.map((value, i) => {
    const own = levels[i % channels]!;
    return own.range === 0 ? 0 : own.value(own.of(value));
  });
}

/** Ties to even. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
