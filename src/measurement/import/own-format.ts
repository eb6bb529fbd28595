import type { FigureRow, MeasuredKind } from '../../protocol/measurements';
import type { CsvRow, CsvTable } from './csv';
import { neededNumberIn, numberIn } from './number-in-cell';
import { checkedPhase } from './subject';

/** Columns of our own format; those after `energy_mJ` may be empty or missing. */
export const ownColumns = [
  'layer',
  'phase',
  'precision',
  'energy_mJ',
  'time_ms',
  'power_W',
  'repeats',
  'board',
  'clock_MHz',
  'source',
] as const;
const neededColumns = ownColumns.slice(0, 4);
/** Ours too, and not everybody's. */
const moreColumns = ['error_mJ', 'idle_W', 'batch'] as const;

export const isOwnFormat = ({ columns }: CsvTable): boolean => neededColumns.every((column) => columns.includes(column));

/** A source that begins with one of these words says that nothing was measured. */
const kindsBySource: readonly [RegExp, MeasuredKind][] = [
  [/^simulat/i, 'simulated'],
  [/^publish/i, 'published'],
];

/**
 * Rows of `layer,phase,precision,energy_mJ,time_ms,power_W,repeats,board,clock_MHz,source`, with `error_mJ`, `idle_W` and `batch` where they are.
 * Energy and time are of one execution, `repeats` says over how many it is the mean.
 * @param batchSize images in one execution, where the file does not say.
 * @throws Error that names line and column.
 */
export function readOwnFormat({ rows }: CsvTable, file: string, batchSize: number): FigureRow[] {
  return rows.map((row) => {
    const { cells, line } = row;
    const milli = (column: string) => {
      const value = numberIn(row, column, 0);
      return value === undefined ? undefined : value / 1000;
    };
    const source = cells.source || file;
    const errorJ = numberIn(row, 'error_mJ', -Number.MIN_VALUE);
    const figures = {
      standardErrorJ: errorJ === undefined ? undefined : errorJ / 1000,
      seconds: milli('time_ms'),
      powerW: numberIn(row, 'power_W', 0),
      idleW: numberIn(row, 'idle_W'),
      board: cells.board || undefined,
      clockMHz: numberIn(row, 'clock_MHz', 0),
    };
    const given = Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
    return {
      kind: kindsBySource.find(([words]) => words.test(source))?.[1] ?? 'measured',
      layer: filled(row, 'layer'),
      phase: checkedPhase(filled(row, 'phase'), `line ${line}`),
      precision: filled(row, 'precision'),
      batchSize: whole(row, 'batch') ?? batchSize,
      energyJ: neededNumberIn(row, 'energy_mJ', 0) / 1000,
      ...given,
      repeats: whole(row, 'repeats') ?? 1,
      source,
    };
  });
}

/** The same table again, of any rows that carry figures. */
export function asOwnFormat(rows: readonly FigureRow[]): string {
  const milli = (value: number | undefined) => (value === undefined ? '' : String(Number((value * 1000).toPrecision(12))));
  const lines = rows.map((row) => [
    row.layer,
    row.phase,
    row.precision,
    milli(row.energyJ),
    milli(row.seconds),
    row.powerW ?? '',
    row.repeats,
    row.board ?? '',
    row.clockMHz ?? '',
    row.source,
    milli(row.standardErrorJ),
    row.idleW ?? '',
    row.batchSize,
  ]);
  return `${[[...ownColumns, ...moreColumns], ...lines].map((cells) => cells.map(quoted).join(',')).join('\n')}\n`;
}

const quoted = (cell: string | number) => (/[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell));

function filled({ cells, line }: CsvRow, column: string): string {
  const text = cells[column];
  if (!text) throw new Error(`line ${line} has no ${column}`);
  return text;
}

function whole(row: CsvRow, column: string): number | undefined {
  const value = numberIn(row, column, 0);
  if (value !== undefined && !Number.isInteger(value))
    throw new Error(`${value} in line ${row.line}, column ${column}, is no whole number`);
  return value;
}
