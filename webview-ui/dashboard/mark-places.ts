import type { Mark } from './chart-content';

/** A mark in a drawing, in pixels across. */
export interface PlacedMark {
  /** Where its line stands. */
  readonly at: number;
  /** What it says and where that begins. */
  readonly label?: { readonly text: string; readonly start: number };
}

const beside = 3;
const between = 8;

/**
 * Places the marks that stand between two ends of an axis, each label beside its line or as far to the left as it must be; a label that would
 * run into the one before is left out.
 * @param marks from left to right.
 * @param widthOf a label's width in pixels.
 */
export function placeMarks(
  marks: readonly Mark[],
  at: (x: number) => number,
  left: number,
  right: number,
  widthOf: (label: string) => number,
): PlacedMark[] {
  const placed: PlacedMark[] = [];
  let free = left;
  for (const { x, label: text } of marks) {
    const place = at(x);
    if (!(left <= place && place <= right)) continue;
    const width = widthOf(text);
    const start = Math.max(left, Math.min(place + beside, right - width));
    if (start < free) placed.push({ at: place });
    else {
      placed.push({ at: place, label: { text, start } });
      free = start + width + between;
    }
  }
  return placed;
}
