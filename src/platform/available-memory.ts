import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

/** Bytes that this process may still take: what the machine has, and what control groups (containers, services) leave of it. */
export function availableMemory(): number {
  // Elsewhere than on Linux “free” leaves out what the system would give up at once.
  if (process.platform !== 'linux') return Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.min(freemem(), roomInControlGroups());
}

/** How the two versions of Linux' control groups name a group's files. */
const versions = [
  { hierarchy: /^0::(.*)$/m, folder: 'sys/fs/cgroup', limit: 'memory.max', used: 'memory.current', cache: 'inactive_file' },
  {
    hierarchy: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m,
    folder: 'sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    used: 'memory.usage_in_bytes',
    cache: 'total_inactive_file',
  },
] as const;

/**
 * The least that the process's control group and those above it leave, in bytes; infinite where nothing limits it. Files that the system
 * keeps in memory only as long as nobody needs it count as free, as container runtimes count them.
 */
export function roomInControlGroups(root = '/'): number {
  const groups = read(join(root, 'proc/self/cgroup'));
  let least = Number.POSITIVE_INFINITY;
  for (const { hierarchy, folder, limit, used, cache } of versions) {
    const path = hierarchy.exec(groups)?.[1];
    if (path === undefined) continue;
    for (let group = join('/', path); ; group = dirname(group)) {
      const file = (name: string) => read(join(root, folder, group, name));
      const bytes = Number.parseInt(file(limit), 10);
      const reclaimable = Number(new RegExp(`^${cache} (\\d+)$`, 'm').exec(file('memory.stat'))?.[1] ?? 0);
      // “max”, or no such file, is no number.
      if (Number.isFinite(bytes)) least = Math.min(least, Math.max(0, bytes - (Number.parseInt(file(used), 10) || 0) + reclaimable));
      if (group === '/') break;
    }
  }
  return least;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
