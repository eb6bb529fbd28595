import type { BlockExecutionRecord, SignPredictionRecord } from '../../src/protocol/records';

const half = (a: number, b: number) => (a + b) / 2;
const halves = (a: readonly number[], b: readonly number[]) => a.map((value, index) => half(value, b[index] ?? value));

/** One record for two neighbours, each over as many iterations. */
export function mergeBlockExecutions(earlier: BlockExecutionRecord, later: BlockExecutionRecord): BlockExecutionRecord {
  return {
    ...later,
    executedShare: half(earlier.executedShare, later.executedShare),
    executed: halves(later.executed, earlier.executed),
  };
}

/** One record for two neighbours, each over as many iterations. */
export function mergeSignPredictions(earlier: SignPredictionRecord, later: SignPredictionRecord): SignPredictionRecord {
  return {
    ...later,
    predictedShare: half(earlier.predictedShare, later.predictedShare),
    wrongShare: half(earlier.wrongShare, later.wrongShare),
    predicted: halves(later.predicted, earlier.predicted),
    wrong: halves(later.wrong, earlier.wrong),
  };
}

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
