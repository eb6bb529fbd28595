import { formatShare } from '../../src/energy/format';
import { formatAccuracy, formatWhole } from '../shared/numbers';
import type { Axis, ChartContent, LineSeries, Mark } from './chart-content';
import { decimate, type Point } from './decimate';
import type { RunRecord } from './run-record';
import { smooth } from './smoothing';
import { tuningMarks } from './tuning-marks';

/** How much a chart may show and how: points across follow from its width. */
export interface ChartOptions {
  /** Width of the drawing in pixels; at most about two points are drawn per pixel. */
  readonly width: number;
  /** 0 to below 1. */
  readonly smoothing: number;
}

export const iterationAxis: Axis = { label: 'Iteration', format: formatWhole, minimum: 0 };

export const accuracyAxis = (label: string): Axis => ({ label, format: formatAccuracy, tick: formatShare, minimum: 0, maximum: 1 });

/** Training batches, their smoothed trend and the test images. */
function trainingContent(
  record: RunRecord,
  column: 'loss' | 'accuracy',
  y: Axis,
  title: string,
  { width, smoothing }: ChartOptions,
): ChartContent {
  const { x, columns } = record.training;
  const values = columns[column];
  const smoothed = smooth(values, smoothing);
  const series: LineSeries[] = [
    { label: 'Training batch', colour: 'blue', look: smoothing > 0 ? 'faint' : 'line', points: decimate(x, values, width) },
  ];
  if (smoothing > 0) series.push({ label: 'Training, smoothed', colour: 'blue', look: 'line', points: decimate(x, smoothed, width) });
  const test = record.evaluations.map((evaluation) => ({ x: evaluation.iteration, y: evaluation[column] }));
  const last = record.evaluations.flatMap(({ iteration, lastIterate }) => (lastIterate ? [{ x: iteration, y: lastIterate[column] }] : []));
  if (last.length > 0) series.push({ label: 'Test images, last weights', colour: 'yellow', look: 'points', points: last });
  const average = last.length > 0 ? ', averaged weights (SWA)' : '';
  series.push({ label: `Test images${average}`, colour: 'orange', look: 'points', points: test });
  const marks: Mark[] = tuningMarks(record.tunings);
  const latest = smoothed.at(-1);
  const lastTest = test.at(-1);
  const summary =
    latest === undefined
      ? `${title}: no iteration has been executed yet.`
      : `${title} by iteration. Training ${y.format(latest)} at iteration ${formatWhole(x.at(-1)!)}` +
        `${lastTest ? `, test ${y.format(lastTest.y)} at iteration ${formatWhole(lastTest.x)}` : ', not tested yet'}.`;
  return {
    chart: { kind: 'lines', x: iterationAxis, y, series, marks },
    summary,
    empty: x.length === 0 && test.length === 0,
    table: () => trainingTable(record, column, smoothed, last),
  };
}

function trainingTable(record: RunRecord, column: 'loss' | 'accuracy', smoothed: readonly number[], last: readonly Point[]) {
  const { x, columns, keptEvery } = record.training;
  const lastOnes = new Map(last.map((point) => [point.x, point.y]));
  const tests = new Map(record.evaluations.map((evaluation) => [evaluation.iteration, evaluation[column]]));
  const rows = x.map((iteration, index) => {
    const test = tests.get(iteration);
    tests.delete(iteration);
    return [iteration, columns[column][index], smoothed[index], test];
  });
  for (const [iteration, test] of tests) rows.push([iteration, undefined, undefined, test]);
  rows.sort((one, other) => one[0]! - other[0]!);
  const averaged = lastOnes.size > 0;
  return {
    columns: [
      'Iteration',
      `Training ${column}`,
      `Training ${column}, smoothed`,
      `Test ${column}`,
      ...(averaged ? [`Test ${column}, last weights`] : []),
    ],
    rows: averaged ? rows.map((row) => [...row, lastOnes.get(row[0]!)]) : rows,
    note: keptEvery > 1 ? `One of ${keptEvery} executed iterations is kept here; the run folder has them all.` : undefined,
  };
}

export function lossContent(record: RunRecord, options: ChartOptions): ChartContent {
  return trainingContent(
    record,
    'loss',
    { label: 'Loss', format: (value) => value.toFixed(3), tick: (value) => String(Number(value.toPrecision(3))) },
    'Loss',
    options,
  );
}

export function accuracyContent(record: RunRecord, options: ChartOptions): ChartContent {
  return trainingContent(record, 'accuracy', accuracyAxis('Accuracy'), 'Accuracy', options);
}
