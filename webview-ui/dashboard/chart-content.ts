import type { ColourName } from '../shared/theme';
import type { Point } from './decimate';

/** What a chart shows, apart from how it is drawn: the canvas, the data table, the export and the screen reader's sentence all come from it. */

export interface Axis {
  readonly label: string;
  readonly format: (value: number) => string;
  /** Shorter form for the axis; `format` where absent. */
  readonly tick?: (value: number) => string;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface LineSeries {
  readonly label: string;
  readonly colour: ColourName;
  /** `faint`: a thin, pale line behind the others; `points`: a line with marked points; `area`: filled, stacked on the series before. */
  readonly look: 'line' | 'dashed' | 'faint' | 'points' | 'area';
  readonly points: readonly Point[];
}

/** A vertical line with a label: something was changed in the live run. */
export interface Mark {
  readonly x: number;
  readonly label: string;
}

export interface LineContent {
  readonly kind: 'lines';
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly LineSeries[];
  readonly marks: readonly Mark[];
}

export interface BarContent {
  readonly kind: 'bars';
  readonly value: Axis;
  /** One bar each, from the top. */
  readonly bars: readonly string[];
  /** Parts of the bars, one value per bar. */
  readonly parts: readonly { readonly label: string; readonly colour: ColourName; readonly values: readonly number[] }[];
}

/**
 * Shares over time as colours: a row for each thing, a column for each moment, every column as wide as the time since the one before. Where
 * a thing had no share at the time, its field is hatched.
 */
export interface HeatContent {
  readonly kind: 'heat';
  readonly x: Axis;
  /** What a cell's value is, 0 to 1. */
  readonly value: Axis;
  /** From the top. */
  readonly rows: readonly string[];
  readonly columns: readonly { readonly x: number; readonly values: readonly (number | undefined)[] }[];
  /** What a hatched field means, such as “no gate”. */
  readonly missing: string;
  readonly marks: readonly Mark[];
}

export type Cell = number | string | undefined;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Said above the table, e.g. that points were left out. */
  readonly note?: string;
}

export interface ChartContent {
  readonly chart: LineContent | BarContent | HeatContent;
  /** One or two sentences that say what the chart shows now. */
  readonly summary: string;
  /** Made only when somebody looks at it or exports it. */
  table(): Table;
  /** There is nothing to show yet. */
  readonly empty: boolean;
}
