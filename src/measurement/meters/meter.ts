import type { MeterKind, Rail } from '../../protocol/measurements';
import type { PowerSample } from '../power-sample';

export interface SamplingOptions {
  /** Time between two readings, as wished. */
  readonly intervalSeconds: number;
  /** Ends the samples. */
  readonly signal: AbortSignal;
}

/** Something that tells power over time. */
export interface Meter {
  readonly kind: MeterKind;
  /** What it can tell, each with resolution and whether it is part of the sum. */
  readonly rails: readonly Rail[];
  /** Clock of its samples' times: of this machine (seconds since 1970), or one of its own. */
  readonly clock: 'machine' | 'own';
  /** Readings of all rails until the signal comes or the meter ends. A rail that cannot be read for a moment is left out of that moment. */
  samples(options: SamplingOptions): AsyncIterable<PowerSample>;
  /** Processor time that sampling has taken so far, in seconds. */
  readonly overheadSeconds: number;
}
