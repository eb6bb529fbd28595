import { closeSync, openSync, rmSync, statSync } from 'node:fs';

/** A change takes milliseconds; a lock as old as this was left by a process that died within one. */
const staleMs = 5000;
const pauseMs = 10;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Does something while no other process does something under the same lock file; waits for its turn. */
export function exclusively<T>(lockFile: string, action: () => T): T {
  while (!locked(lockFile)) Atomics.wait(sleeper, 0, 0, pauseMs);
  try {
    return action();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

/** Creating a file that must not exist succeeds for one process only. */
function locked(lockFile: string): boolean {
  try {
    closeSync(openSync(lockFile, 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const age = Date.now() - (statSync(lockFile, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > staleMs) rmSync(lockFile, { force: true });
    return false;
  }
}
