import { formatCount } from '../../src/energy/format';
import type { RunSummary } from '../../src/protocol/runs';
import { atEqualComputation, equalComputationInWords, plainCurve } from '../../src/runs/equal-computation';
import type { PlainRun } from '../../src/runs/plain-curve';
import { formatAccuracy } from '../shared/numbers';
import type { ChartContent } from './chart-content';
import type { RunRecord } from './run-record';
import { accuracyAxis } from './training-charts';

/** What a run stands beside. */
export interface PlainTraining {
  readonly curve: readonly PlainRun[];
  /** The sentence above all charts; nothing for a run that is plain training itself or has not finished. */
  readonly inWords: string | undefined;
}

/** The plain runs among others that a run stands beside, and how. */
export function plainTrainingBeside(summary: RunSummary, others: readonly RunSummary[]): PlainTraining {
  const curve = plainCurve(summary, others);
  return { curve, inWords: equalComputationInWords(atEqualComputation(summary, curve)) };
}

/** Test accuracy by what was computed, beside the finished runs of plain training: what a saver has to beat. */
export function accuracyByComputationContent({ evaluations }: RunRecord, plain: PlainTraining): ChartContent {
  const tests = evaluations.flatMap(({ iteration, macs, accuracy }) => (macs === undefined ? [] : [{ iteration, macs, accuracy }]));
  const last = tests.at(-1);
  return {
    chart: {
      kind: 'lines',
      x: { label: 'Computation, MACs counted', format: formatCount, minimum: 0 },
      y: accuracyAxis('Test accuracy'),
      series: [
        {
          label: 'Plain training (SMB), whole runs',
          colour: 'orange',
          look: 'points',
          points: plain.curve.map(({ cost, accuracy }) => ({ x: cost, y: accuracy })),
        },
        { label: 'This run', colour: 'purple', look: 'points', points: tests.map(({ macs, accuracy }) => ({ x: macs, y: accuracy })) },
      ],
      marks: [],
    },
    summary: last
      ? `Test accuracy by computation: ${formatAccuracy(last.accuracy)} for ${formatCount(last.macs)} MACs. ${plain.inWords ?? ''}`.trimEnd()
      : 'Test accuracy by computation: the run has not been tested yet.',
    empty: last === undefined,
    table: () => ({
      columns: ['Run', 'Iteration', 'MACs (counted)', 'Test accuracy'],
      rows: [
        ...plain.curve.map(({ iterations, cost, accuracy }) => ['plain training', iterations, cost, accuracy]),
        ...tests.map(({ iteration, macs, accuracy }) => ['this run', iteration, macs, accuracy]),
      ],
    }),
  };
}
