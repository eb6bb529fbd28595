import type { BlockExecutionRecord, SignPredictionRecord } from '../../src/protocol/records';
import type { Counted } from './bounded-records';

interface Weighted {
  readonly value: number;
  readonly weight: number;
}

/** 0 where nothing weighs. */
function weightedMean(all: readonly Weighted[]): number {
  const weights = all.reduce((sum, { weight }) => sum + weight, 0);
  return weights === 0 ? 0 : all.reduce((sum, { value, weight }) => sum + value * weight, 0) / weights;
}

export const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Mean of a figure over all iterations that records are about. */
export function meanOverIterations<T extends { readonly iterations: number }>(
  records: readonly T[],
  figure: (record: T) => number,
): number {
  return weightedMean(records.map((record) => ({ value: figure(record), weight: record.iterations })));
}

const sameNames = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((name, place) => name === other[place]);

/** One record for two neighbours; none where other blocks could be skipped in the one than in the other. */
export function mergeBlockExecutions(
  earlier: Counted<BlockExecutionRecord>,
  later: Counted<BlockExecutionRecord>,
): BlockExecutionRecord | undefined {
  if (!sameNames(earlier.blocks, later.blocks)) return undefined;
  const both = (figure: (record: BlockExecutionRecord) => number) => meanOverIterations([earlier, later], figure);
  return {
    ...later,
    executedShare: both(({ executedShare }) => executedShare),
    targetShare: both(({ targetShare }) => targetShare),
    executed: later.blocks.map((_, block) => both(({ executed }) => executed[block]!)),
  };
}

/** One record for two neighbours; none where they are about other convolutions. What was wrong is a share of what was predicted. */
export function mergeSignPredictions(
  earlier: Counted<SignPredictionRecord>,
  later: Counted<SignPredictionRecord>,
): SignPredictionRecord | undefined {
  if (!sameNames(earlier.layers, later.layers)) return undefined;
  const predicted = (figure: (record: SignPredictionRecord) => number) => meanOverIterations([earlier, later], figure);
  const wrong = (figure: (record: SignPredictionRecord) => number, ofPredicted: (record: SignPredictionRecord) => number) =>
    weightedMean([earlier, later].map((record) => ({ value: figure(record), weight: record.iterations * ofPredicted(record) })));
  return {
    ...later,
    predictedShare: predicted(({ predictedShare }) => predictedShare),
    wrongShare: wrong(
      ({ wrongShare }) => wrongShare,
      ({ predictedShare }) => predictedShare,
    ),
    predicted: later.layers.map((_, layer) => predicted((record) => record.predicted[layer]!)),
    wrong: later.layers.map((_, layer) =>
      wrong(
        (record) => record.wrong[layer]!,
        (record) => record.predicted[layer]!,
      ),
    ),
  };
}
