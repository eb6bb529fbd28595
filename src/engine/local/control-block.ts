/** What the threads of an engine share beside the tensors. `kernels/section.c` has the protocol. */

/** Words (int32) of the control block that the threads share; each group has a cache line of its own. */
export const controlWords = {
  /** Counts the stretches between barriers. */
  generation: 0,
  /** Shares of the current stretch that are done. */
  finished: 16,
  /** Threads that sleep until the generation changes. */
  sleepers: 32,
  /** Counts the sections; threads sleep on it between them. */
  command: 48,
  /** Word of the section where the current stretch starts; `noStretch` when there is nothing to do. */
  stretch: 64,
  /** Place of the section to run. */
  section: 65,
  /** Of the batch, how many. */
  samples: 66,
  /** 1 when the threads are to end. */
  leave: 67,
  /** 1 when one of the threads failed. */
  failed: 68,
  /** Place of the first thread's profile, 0 without one. */
  profile: 69,
  /** How many places one thread's profile takes. */
  profileStride: 70,
  /** Threads from this number on stay asleep. */
  active: 71,
  /** The first of the claims: for each share of the work the generation in which it was last claimed. */
  claims: 80,
  /** Words from one claim to the next: a cache line each. */
  claimPitch: 16,
} as const;

/** A thread's profile, in float64: ticks at which it first began and last ended, then what it spent on each record. */
export const profileWords = { began: 0, ended: 1, records: 2 } as const;

export const noStretch = 0x7fffffff;

export const barrierCodes = { none: 0, after: 1, atEnd: 2 } as const;

export const sectionStatus = { finished: 0, mustWait: 1, mustWake: 2 } as const;
