/** One figure beside its bar. */
export interface Figure {
  readonly property: string;
  readonly network: string;
  readonly batch: number;
  readonly engine: string;
  /** None where it could not be measured; then `why` says so. */
  readonly value?: number;
  readonly why?: string;
  readonly unit: '×' | 'MB' | '';
  readonly bar: number;
  /** Whether the bar is a least or a most. */
  readonly direction: 'at least' | 'at most';
  /** What the figure was made from, in a few words. */
  readonly from: string;
}

export const isReached = ({ value, bar, direction }: Figure): boolean =>
  value !== undefined && (direction === 'at least' ? value >= bar : value <= bar);

export const tableHead = '| property | network | batch | engine | figure | bar | | from |\n|---|---|---|---|---|---|---|---|';

export function tableRow(figure: Figure): string {
  const { property, network, batch, engine, value, why, unit, bar, direction, from } = figure;
  const withUnit = (number: string) => `${number} ${unit}`.trim();
  const shown = value === undefined ? `unavailable: ${why}` : withUnit(digits(value));
  const verdict = value === undefined ? '–' : isReached(figure) ? 'reached' : 'not reached';
  const cells = [property, network, batch, engine, shown, `${direction} ${withUnit(String(bar))}`, verdict, from];
  return `| ${cells.join(' | ')} |`;
}

const digits = (value: number) => (Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1));
