import { performance } from 'node:perf_hooks';

/** Seconds since 1970 on a clock that never jumps while the process lives, whatever is done to the system's. */
export const machineSeconds = (): number => (performance.timeOrigin + performance.now()) / 1000;
