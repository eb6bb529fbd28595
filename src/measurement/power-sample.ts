/** One reading of a meter. */
export interface PowerSample {
  /** Seconds on the meter's clock. */
  readonly time: number;
  readonly rail: string;
  readonly watts: number;
  /** Where a meter counts energy: `watts` is the exact mean over this many seconds before `time`. Absent: the power at that moment. */
  readonly over?: number;
}

/** A span of time on the clock of the samples, in seconds. */
export interface TimeWindow {
  readonly begin: number;
  readonly end: number;
}

/** What could not be had, with one sentence: why, and what to do. */
export interface Unavailable {
  readonly unavailable: string;
}

export const isUnavailable = (value: object): value is Unavailable => 'unavailable' in value;
