import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real disk of its own in memory, to be filled. */
export interface MountedDisk {
  readonly directory: string;
  grow(kilobytes: number): void;
  unmount(): void;
}

/** A disk of so many kilobytes; undefined where this process may not mount one. */
export function mountDisk(kilobytes: number): MountedDisk | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'e2-train-disk-'));
  const mount = (...words: string[]) => execFileSync('mount', words, { stdio: 'ignore' });
  try {
    mount('-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', directory);
  } catch {
    rmdirSync(directory);
    return undefined;
  }
  return {
    directory,
    grow: (size) => void mount('-o', `remount,size=${size}k`, directory),
    unmount() {
      execFileSync('umount', ['-l', directory]);
      rmdirSync(directory);
    },
  };
}
