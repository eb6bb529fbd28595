import { boardOf } from '../../network/layer-measurements';
import type { MeasurementFile } from '../../protocol/measurements';
import { localize } from '../localize';

/** A board whose measurements there are. */
export interface MeasuredBoard {
  readonly name: string;
  /** Figures of it in all files. */
  readonly figures: number;
  /** Day of the newest file, as in `2026-03-04`. */
  readonly newest: string;
}

/** What stands for the board of a row where neither row nor file tells one. */
export const unnamedBoard = '';

/** All boards that figures are from, those of the newest files first. */
export function measuredBoards(files: readonly MeasurementFile[]): MeasuredBoard[] {
  const boards = new Map<string, { figures: number; newest: string }>();
  for (const file of files) {
    for (const row of file.rows) {
      if (row.kind === 'unavailable') continue;
      const name = boardOf({ row, file }) ?? unnamedBoard;
      const { figures = 0, newest = '' } = boards.get(name) ?? {};
      const day = file.created.slice(0, 10);
      boards.set(name, { figures: figures + 1, newest: day > newest ? day : newest });
    }
  }
  return [...boards].map(([name, facts]) => ({ name, ...facts })).sort((one, other) => other.newest.localeCompare(one.newest));
}

/** The files with the rows of one board alone; those without any are left out. */
export function filesOfBoard(files: readonly MeasurementFile[], board: string): MeasurementFile[] {
  return files
    .map((file) => ({ ...file, rows: file.rows.filter((row) => (boardOf({ row, file }) ?? unnamedBoard) === board) }))
    .filter(({ rows }) => rows.length > 0);
}

export const boardName = (board: string): string => (board === unnamedBoard ? localize('unnamed board') : board);
