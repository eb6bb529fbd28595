import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Absolute path of something under `media/`. Works from within a bundle (`dist/`) and from sources under test (`src/platform/`).
 * @throws Error with one sentence when the product's installation lacks it.
 */
export function mediaFile(...path: string[]): string {
  const candidates = [join(__dirname, '..', 'media', ...path), join(__dirname, '..', '..', 'media', ...path)];
  const found = candidates.find(existsSync);
  if (!found) throw new Error(`“media/${path.join('/')}” is missing from this installation: install it again.`);
  return found;
}
