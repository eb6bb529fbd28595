import { formatJoules, formatShare } from '../../src/energy/format';
import { formatAccuracy, formatWhole } from '../shared/numbers';
import type { Axis, ChartContent, Mark } from './chart-content';
import { sampleEvenly } from './decimate';
import type { RunRecord } from './run-record';
import { accuracyAxis, type ChartOptions, iterationAxis } from './training-charts';
import { tuningMarks } from './tuning-marks';

export const energyAxis: Axis = { label: 'Energy, estimated', format: formatJoules, minimum: 0 };

/** Share of the baseline's energy that was not spent; undefined while nothing was. */
export function savedShare(energyJ: number, baselineEnergyJ: number): number | undefined {
  return baselineEnergyJ > 0 ? 1 - energyJ / baselineEnergyJ : undefined;
}

/** Joules so far beside what plain training (SMB, fp32) costs up to the same point of its schedule. */
export function cumulativeEnergyContent(record: RunRecord, { width }: ChartOptions): ChartContent {
  const { x, columns } = record.progress;
  const { iteration } = record;
  const saved = iteration && savedShare(iteration.energyJ, iteration.baselineEnergyJ);
  return {
    chart: {
      kind: 'lines',
      x: iterationAxis,
      y: energyAxis,
      series: [
        {
          label: 'SMB baseline (fp32) at the same point of its schedule',
          colour: 'orange',
          look: 'dashed',
          points: sampleEvenly(x, columns.baselineEnergyJ, width),
        },
        { label: 'This run', colour: 'green', look: 'line', points: sampleEvenly(x, columns.energyJ, width) },
      ],
      marks: tuningMarks(record.tunings),
    },
    summary: iteration
      ? `Estimated energy so far: ${formatJoules(iteration.energyJ)}, SMB baseline ${formatJoules(iteration.baselineEnergyJ)}` +
        `${saved === undefined ? '' : `, saved ${formatShare(saved)}`}, after ${formatWhole(iteration.iteration)} iterations.`
      : 'Estimated energy: no iteration has run yet.',
    empty: x.length === 0,
    table: () => ({
      columns: ['Iteration', 'Energy so far (J, estimated)', 'SMB baseline (J, estimated)', 'Saved share'],
      rows: x.map((at, index) => {
        const energyJ = columns.energyJ[index]!;
        const baselineEnergyJ = columns.baselineEnergyJ[index]!;
        return [at, energyJ, baselineEnergyJ, savedShare(energyJ, baselineEnergyJ)];
      }),
      note: thinnedNote(record),
    }),
  };
}

/** Iterations that were computed and iterations that SMD dropped. */
export function iterationsContent(record: RunRecord, { width }: ChartOptions): ChartContent {
  const { x, columns } = record.progress;
  const { iteration } = record;
  const count: Axis = { label: 'Iterations', format: formatWhole, minimum: 0 };
  return {
    chart: {
      kind: 'lines',
      x: iterationAxis,
      y: count,
      series: [
        { label: 'Executed', colour: 'blue', look: 'area', points: sampleEvenly(x, columns.executed, width) },
        { label: 'Dropped by SMD', colour: 'yellow', look: 'area', points: sampleEvenly(x, columns.dropped, width) },
      ],
      marks: tuningMarks(record.tunings),
    },
    summary: iteration
      ? `Iterations: ${formatWhole(iteration.iterationsExecuted)} executed, ${formatWhole(iteration.iterationsDropped)} dropped` +
        ` (${formatShare(iteration.iterationsDropped / Math.max(1, iteration.iteration))}); drop probability now ${formatShare(iteration.dropProbability)}.`
      : 'Iterations: none has run yet.',
    empty: x.length === 0,
    table: () => ({
      columns: ['Iteration', 'Executed', 'Dropped'],
      rows: x.map((at, index) => [at, columns.executed[index], columns.dropped[index]]),
      note: thinnedNote(record),
    }),
  };
}

/** Test accuracy by what it cost. */
export function accuracyByEnergyContent(record: RunRecord): ChartContent {
  const { evaluations } = record;
  const last = evaluations.at(-1);
  return {
    chart: {
      kind: 'lines',
      x: energyAxis,
      y: accuracyAxis('Test accuracy'),
      series: [
        {
          label: 'Test images',
          colour: 'purple',
          look: 'points',
          points: evaluations.map(({ energyJ, accuracy }) => ({ x: energyJ, y: accuracy })),
        },
      ],
      marks: marksByEnergy(record),
    },
    summary: last
      ? `Test accuracy by energy: ${formatAccuracy(last.accuracy)} for ${formatJoules(last.energyJ)}, estimated.`
      : 'Test accuracy by energy: the run has not been tested yet.',
    empty: evaluations.length === 0,
    table: () => ({
      columns: ['Iteration', 'Energy (J, estimated)', 'Test accuracy', 'Test images'],
      rows: evaluations.map(({ iteration, energyJ, accuracy, images }) => [iteration, energyJ, accuracy, images]),
    }),
  };
}

/** The live changes, each at the joules that had been spent before its first iteration; without those for which they are not known. */
function marksByEnergy({ progress, tunings }: RunRecord): Mark[] {
  const spentAfter = (iteration: number) => (iteration === 0 ? 0 : progress.at(iteration, 'energyJ'));
  return tuningMarks(tunings).flatMap(({ x: iteration, label }) => {
    const x = spentAfter(iteration - 1);
    return x === undefined ? [] : [{ x, label }];
  });
}

function thinnedNote({ progress: { keptEvery } }: RunRecord): string | undefined {
  return keptEvery > 1 ? `One of ${keptEvery} iterations is kept here; the run folder has them all.` : undefined;
}
