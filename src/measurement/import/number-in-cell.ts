import type { CsvRow } from './csv';

/**
 * The number in a cell; undefined where the cell is empty or the column is not there.
 * @throws Error with line and column where it is no number, or not above zero where that is wanted.
 */
export function numberIn({ cells, line }: CsvRow, column: string, above?: number): number | undefined {
  const text = cells[column] ?? '';
  if (text === '') return undefined;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`“${text}” in line ${line}, column ${column}, is no number`);
  if (above !== undefined && !(value > above)) throw new Error(`${text} in line ${line}, column ${column}, is not above ${above}`);
  return value;
}

/** @throws Error as `numberIn` does, and where the cell is empty. */
export function neededNumberIn(row: CsvRow, column: string, above?: number): number {
  const value = numberIn(row, column, above);
  if (value === undefined) throw new Error(`line ${row.line} has no ${column}`);
  return value;
}
