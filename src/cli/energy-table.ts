import { formatJoules, formatShare } from '../energy/format';
import type { LayerEnergyRecord } from '../protocol/records';
import { textTable } from './text-table';

type Row = LayerEnergyRecord['layers'][number];

const columns = [
  { title: 'layer' },
  { title: 'forward', align: 'right' },
  { title: 'input gradient', align: 'right' },
  { title: 'weight gradient', align: 'right' },
  { title: 'update', align: 'right' },
  { title: 'total', align: 'right' },
  { title: 'share', align: 'right' },
] as const;

/** Joules by layer and phase; a phase that a layer does not have is a dash, never a zero. */
export function energyTable(rows: readonly Row[]): string {
  const total = sum(rows.map(totalOf));
  const cells = rows.filter((row) => totalOf(row) > 0).map((row) => [row.name, ...energies(row), formatShare(totalOf(row) / total)]);
  const whole = { name: 'all layers', ...sumOfPhases(rows) };
  return textTable(columns, [...cells, [whole.name, ...energies(whole), formatShare(1)]]);
}

function energies(row: Row): string[] {
  return [row.forward, row.inputGradient, row.weightGradient, row.update, totalOf(row)].map((joules) =>
    joules === 0 ? '–' : formatJoules(joules),
  );
}

function sumOfPhases(rows: readonly Row[]): Omit<Row, 'name'> {
  const of = (phase: keyof Omit<Row, 'name'>) => sum(rows.map((row) => row[phase]));
  return { forward: of('forward'), inputGradient: of('inputGradient'), weightGradient: of('weightGradient'), update: of('update') };
}

const totalOf = (row: Row) => row.forward + row.inputGradient + row.weightGradient + row.update;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
