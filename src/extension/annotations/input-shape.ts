import { localize } from '../localize';

/** Height, width and channels as people write them: `32x32x3`, `28 × 28 × 1`, `784`. */

const largest = 65_536;

/** @throws RangeError with one sentence. */
export function parseInputShape(text: string): number[] {
  const parts = text
    .trim()
    .replace(/^[[(]|[\])]$/g, '')
    .split(/\s*[x×,]\s*/i);
  const shape = parts.map(Number);
  const valid = parts.every((part) => /^\d+$/.test(part)) && shape.every((size) => size >= 1 && size <= largest) && shape.length <= 4;
  if (!valid) throw new RangeError(localize('“{0}” is not an input shape: write height x width x channels, such as 32x32x3.', text));
  return shape;
}

export const formatShape = (shape: readonly number[]): string => shape.join('×');
