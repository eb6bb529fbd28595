import { readFileSync } from 'node:fs';

/**
 * Memory that a process has in RAM, in MB: V8's own limit does not count typed arrays. 0 where the system does not tell (only Linux
 * does, in /proc); there the time limit is what ends a process that allocates without end.
 */
export function residentMegabytes(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0;
  try {
    const kilobytes = /^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
