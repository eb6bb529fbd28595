import type { HeatContent } from './chart-content';

/** One coloured field of a heat map. */
export interface HeatCell {
  readonly row: number;
  /** On the x axis: after the moment before, up to its own. */
  readonly from: number;
  readonly to: number;
  /** 0 to 1; undefined where the row had no value at the time. */
  readonly value: number | undefined;
}

/** A tile of the hatching that stands for no value: its side in pixels, and its strokes as an SVG path. */
export const hatching = { side: 6, strokes: 'M-1 1L1 -1M0 6L6 0M5 7L7 5' };

/** Height of the line above the rows in which marks say their words, in pixels. */
export const markLine = 18;

export function heatCells({ columns }: HeatContent): HeatCell[] {
  return columns.flatMap(({ x, values }, index) => {
    const from = index === 0 ? 0 : columns[index - 1]!.x;
    return values.map((value, row) => ({ row, from, to: x, value }));
  });
}
