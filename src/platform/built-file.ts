import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Absolute path of something that the build made: a bundle of a process or thread, or a kernel library. Works from within a bundle
 * (everything lies beside it) and from sources under test (everything lies in the project's `dist`).
 * @throws Error with one sentence when it was not built.
 */
export function builtFile(name: string): string {
  const candidates = [join(__dirname, name), join(__dirname, '..', '..', 'dist', name)];
  const found = candidates.find(existsSync);
  if (!found) throw new Error(`“${name}” is not built: run “npm run build” first.`);
  return found;
}
