import { readFileSync } from 'node:fs';

const pageBytes = 4096;

/**
 * Memory that a process has in RAM, in MB: V8's own limit does not count typed arrays. 0 where the system does not tell (only Linux
 * does, in /proc); there the time limit is what ends a process that allocates without end.
 */
export function residentMegabytes(pid: number | undefined): number {
  if (process.platform !== 'linux' || pid === undefined) return 0;
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return (pages * pageBytes) / 1024 / 1024;
  } catch {
    return 0;
  }
}
