import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/** Clocks of the process table tick in hundredths of a second, and the system's start is known to a second. */
const slackMs = 3000;
/** Linux gives process times in ticks of `sysconf(_SC_CLK_TCK)`, which is 100 on every platform that Node runs on. */
const ticksPerSecond = 100;

/**
 * Whether the process that had this id at a moment is still there. An id that was given to another process since counts as gone, where the
 * system tells (on all after a restart of the machine, on Linux always).
 */
export function isProcessAlive(pid: number, knownAt: Date): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startOf(pid) ?? Date.now() - uptime() * 1000;
  return started <= knownAt.getTime() + slackMs;
}

/** When a process began, in milliseconds since 1970; undefined where the system does not tell. */
function startOf(pid: number): number | undefined {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!;
    const ticksAfterBoot = Number(afterName.split(' ')[19]);
    const bootSeconds = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]);
    const started = (bootSeconds + ticksAfterBoot / ticksPerSecond) * 1000;
    return Number.isFinite(started) ? started : undefined;
  } catch {
    return undefined;
  }
}
