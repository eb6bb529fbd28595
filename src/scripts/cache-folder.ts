import { homedir } from 'node:os';
import { join } from 'node:path';

/** Folder for tools that set-up installs and that outlive a clone; `E2TRAIN_CACHE` moves it. */
export function cacheFolder(): string {
  return process.env.E2TRAIN_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'e2-train');
}
