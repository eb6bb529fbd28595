import { readCsv } from './csv';
import { numberIn } from './number-in-cell';
import { checkedPhase, type Subject } from './subject';

/** What a mark or window of a recording was of: a layer's phase, or nothing. */
export type Label = { readonly idle: true } | { readonly idle: false; readonly subject: Subject; readonly executions: number };

/**
 * Reads `mark,layer,phase,precision,executions`: which marks or windows are of which layer. The layer `idle` stands for no load; executions
 * in the window are 1 where the column is empty.
 * @throws Error that names the line.
 */
export function readLabels(text: string): Map<string, Label> {
  const { columns, rows } = readCsv(text);
  for (const column of ['mark', 'layer']) if (!columns.includes(column)) throw new Error(`it has no column “${column}”`);
  return new Map(
    rows.map((row): [string, Label] => {
      const { mark = '', layer = '', phase = '', precision = '' } = row.cells;
      if (layer === 'idle') return [mark, { idle: true }];
      if (precision === '') throw new Error(`line ${row.line} has no precision`);
      const subject = { layer, phase: checkedPhase(phase, `line ${row.line}`), precision };
      return [mark, { idle: false, subject, executions: numberIn(row, 'executions', 0) ?? 1 }];
    }),
  );
}
