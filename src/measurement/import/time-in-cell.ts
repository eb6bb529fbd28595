import type { CsvRow } from './csv';

/** A date and time as pandas and most loggers write it; without a zone it is taken to be UTC. */
const dateAndTime = /^(\d{4})[-/](\d\d)[-/](\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?\s*(Z|[+-]\d\d:?\d\d)?$/;

/** Numbers as large as these are milliseconds, microseconds or nanoseconds since 1970. */
const perSecond: readonly [number, number][] = [
  [1e17, 1e9],
  [1e14, 1e6],
  [1e11, 1e3],
];

/**
 * Seconds that a cell stands for: a number (of seconds; since 1970 also of milli-, micro- or nanoseconds), or a date and time.
 * @throws Error with line and column where it is neither.
 */
export function secondsIn({ cells, line }: CsvRow, column: string): number {
  const text = cells[column] ?? '';
  const value = Number(text);
  if (text !== '' && Number.isFinite(value)) return value / (perSecond.find(([from]) => value >= from)?.[1] ?? 1);
  const [, year, month, day, clock, fraction = '.0', zone = 'Z'] = dateAndTime.exec(text) ?? [];
  // Date keeps milliseconds only: the fraction is added as it stands.
  const whole = Date.parse(`${year}-${month}-${day}T${clock}${zone}`);
  if (Number.isNaN(whole)) throw new Error(`“${text}” in line ${line}, column ${column || '1'}, is no time`);
  return whole / 1000 + Number(`0${fraction}`);
}
