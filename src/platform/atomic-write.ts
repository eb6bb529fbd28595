import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeFailureInWords } from './write-failure';

/**
 * Writes a whole file or nothing: to a temporary file beside it, flushed to disk, then renamed over it. Who reads at any moment, even after
 * a power cut, finds the old content or the new. Missing folders are made.
 * @throws Error with one sentence that names the folder; nothing is left behind.
 */
export function writeFileAtomically(path: string, data: string | Uint8Array): void {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.part`);
  try {
    mkdirSync(directory, { recursive: true });
    writeFileSync(temporary, data, { flush: true });
    renameSync(temporary, path);
    flushDirectory(directory);
  } catch (error) {
    removeQuietly(temporary);
    throw writeFailureInWords(directory, error);
  }
}

/** The failure before this one is what the person should hear of. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}

/** Makes the names in a folder durable. Windows keeps no handle to a folder and needs none. */
function flushDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
