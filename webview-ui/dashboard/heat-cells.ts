import type { HeatContent } from './chart-content';

/** One coloured field of a heat map. */
export interface HeatCell {
  readonly row: number;
  /** On the x axis: after the moment before, up to its own. */
  readonly from: number;
  readonly to: number;
  /** 0 to 1. */
  readonly value: number;
}

export function heatCells({ columns }: HeatContent): HeatCell[] {
  return columns.flatMap(({ x, values }, index) => {
    const from = index === 0 ? 0 : columns[index - 1]!.x;
    return values.map((value, row) => ({ row, from, to: x, value }));
  });
}
