import { formatCount, formatShare } from '../../src/energy/format';
import type { RunSummary } from '../../src/protocol/runs';
import { atEqualComputation, equalComputationInWords, plainCurve } from '../../src/runs/equal-computation';
import { formatAccuracy } from '../shared/numbers';
import type { ChartContent } from './chart-content';
import type { RunRecord } from './run-record';

/** The runs that a chart may put beside its own. */
export interface Surroundings {
  readonly summary: RunSummary;
  readonly others: readonly RunSummary[];
}

/** The sentence above all charts; nothing for a run that is plain training itself or has not finished. */
export function comparisonInWords({ summary, others }: Surroundings): string | undefined {
  return equalComputationInWords(atEqualComputation(summary, others));
}

/** Test accuracy by what was computed, beside the finished runs of plain training: what a saver has to beat. */
export function accuracyByComputationContent({ evaluations }: RunRecord, surroundings: Surroundings): ChartContent {
  const plain = plainCurve(surroundings.summary, surroundings.others);
  const tests = evaluations.flatMap(({ iteration, macs, accuracy }) => (macs === undefined ? [] : [{ iteration, macs, accuracy }]));
  const last = tests.at(-1);
  return {
    chart: {
      kind: 'lines',
      x: { label: 'Computation, MACs counted', format: formatCount, minimum: 0 },
      y: { label: 'Test accuracy', format: formatAccuracy, tick: formatShare, minimum: 0, maximum: 1 },
      series: [
        {
          label: 'Plain training (SMB), whole runs',
          colour: 'orange',
          look: 'points',
          points: plain.map(({ cost, accuracy }) => ({ x: cost, y: accuracy })),
        },
        { label: 'This run', colour: 'purple', look: 'points', points: tests.map(({ macs, accuracy }) => ({ x: macs, y: accuracy })) },
      ],
      marks: [],
    },
    summary: last
      ? `Test accuracy by computation: ${formatAccuracy(last.accuracy)} for ${formatCount(last.macs)} MACs. ${comparisonInWords(surroundings) ?? ''}`.trimEnd()
      : 'Test accuracy by computation: the run has not been tested yet.',
    empty: last === undefined,
    table: () => ({
      columns: ['Run', 'Iteration', 'MACs (counted)', 'Test accuracy'],
      rows: [
        ...plain.map(({ iterations, cost, accuracy }) => ['plain training', iterations, cost, accuracy]),
        ...tests.map(({ iteration, macs, accuracy }) => ['this run', iteration, macs, accuracy]),
      ],
    }),
  };
}
