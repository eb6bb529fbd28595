import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writingTo } from './write-failure';

/**
 * Writes a whole file or nothing: to a temporary file beside it, flushed to disk, then renamed over it. Who reads at any moment, even after
 * a power cut, finds the old content or the new. Missing folders are made.
 * @throws Error with one sentence that names the folder; nothing is left behind.
 */
export function writeFileAtomically(path: string, data: string | Uint8Array): void {
  const directory = dirname(path);
  writingTo(directory, () => {
    mkdirSync(directory, { recursive: true });
    const temporary = join(directory, `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.part`);
    try {
      writeFileSync(temporary, data, { flush: true });
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    flushDirectory(directory);
  });
}

/** Makes the names in a folder durable. Windows keeps no handle to a folder and needs none. */
export function flushDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
