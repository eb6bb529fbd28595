import { formatShare } from '../../src/energy/format';
import { formatWhole } from '../shared/numbers';
import type { ChartContent, HeatContent } from './chart-content';
import { byName, namesInOrder } from './named-values';
import { type Pause, pausesOf, skippingSwitch } from './pauses';
import type { RunRecord } from './run-record';
import { shareAxis } from './saver-charts';
import { mean } from './saver-records';
import { iterationAxis } from './training-charts';
import { tuningMarks } from './tuning-marks';

/** Which residual blocks ran for which share of the images, over time: a row for each block that had a gate at some time. */
export function blockHeatContent(record: RunRecord): ChartContent {
  const last = record.blockExecutions.latest;
  const rows = namesInOrder(record.blockExecutions.all.map(({ blocks }) => blocks));
  const pauses = pausesOf(record.tunings, skippingSwitch, record.iteration?.iteration ?? 0);
  return {
    chart: {
      kind: 'heat',
      x: iterationAxis,
      value: shareAxis('Share of the images'),
      rows,
      columns: heatColumns(record, rows, pauses),
      missing: 'no gate',
      marks: tuningMarks(record.tunings),
    },
    summary: last
      ? `Residual blocks: ${formatShare(mean(last.executed))} run on average at iteration ${formatWhole(last.iteration)};` +
        ` least ${name(last.blocks, last.executed, Math.min)}, most ${name(last.blocks, last.executed, Math.max)}.`
      : 'Residual blocks: nothing recorded yet.',
    empty: last === undefined,
    table: () => ({ columns: ['Iteration', ...rows], rows: heatRows(record, rows, pauses) }),
  };
}

/** The records, and a row without values at the end of each pause. */
function heatRows({ blockExecutions }: RunRecord, rows: readonly string[], pauses: readonly Pause[]): (number | undefined)[][] {
  return [
    ...blockExecutions.all.map(({ iteration, blocks, executed }) => [iteration, ...byName(rows, blocks, executed)]),
    ...pauses.map(({ to }) => [to, ...rows.map(() => undefined)]),
  ].sort((one, other) => one[0]! - other[0]!);
}

/**
 * A column for each record and for each pause. A run records what ran up to a pause as it begins; where an older one did not, the record before
 * is held.
 */
function heatColumns({ blockExecutions }: RunRecord, rows: readonly string[], pauses: readonly Pause[]): HeatContent['columns'] {
  const columns: { x: number; values: readonly (number | undefined)[] }[] = [];
  const end = () => columns.at(-1)?.x ?? 0;
  const add = (x: number, values: readonly (number | undefined)[]) => {
    if (x > end()) columns.push({ x, values });
  };
  const none = rows.map(() => undefined);
  const addPauses = (upTo: number, values: readonly (number | undefined)[]) => {
    for (const { from, to } of pauses) {
      if (from >= upTo || to <= end()) continue;
      add(from, values);
      add(Math.min(to, upTo), none);
    }
  };
  let values: readonly (number | undefined)[] = none;
  for (const { iteration, blocks, executed } of blockExecutions.all) {
    values = byName(rows, blocks, executed);
    addPauses(iteration, values);
    add(iteration, values);
  }
  addPauses(Number.POSITIVE_INFINITY, values);
  return columns;
}

function name(blocks: readonly string[], executed: readonly number[], of: (...values: number[]) => number): string {
  const value = of(...executed);
  return `${blocks[executed.indexOf(value)]} (${formatShare(value)})`;
}
