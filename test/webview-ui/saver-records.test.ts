import { expect, test } from 'vitest';
import type { BlockExecutionRecord, SignPredictionRecord, TuningRecord } from '../../src/protocol/records';
import { BoundedRecords } from '../../webview-ui/dashboard/bounded-records';
import { RunRecord } from '../../webview-ui/dashboard/run-record';
import { mergeBlockExecutions, mergeSignPredictions } from '../../webview-ui/dashboard/saver-records';
import { saversInWords } from '../../webview-ui/dashboard/savers-in-words';

type SaverRecord = BlockExecutionRecord | SignPredictionRecord | TuningRecord;

const blocks = (iteration: number, executed: Readonly<Record<string, number>>): BlockExecutionRecord => {
  const shares = Object.values(executed);
  return {
    ...{ type: 'blockExecution', iteration, targetShare: 0.5, blocks: Object.keys(executed), executed: shares },
    executedShare: shares.reduce((sum, share) => sum + share, 0) / shares.length,
  };
};
const signs = (iteration: number, predictedShare: number, wrongShare = 0.01): SignPredictionRecord => ({
  ...{ type: 'signPrediction', iteration, predictedShare, wrongShare },
  ...{ layers: ['conv'], predicted: [predictedShare], wrong: [wrongShare] },
});
const switched = (iteration: number, enabled: boolean): TuningRecord => ({ type: 'tuning', iteration, tuning: { slu: { enabled } } });

function recordOf(...records: SaverRecord[]): RunRecord {
  const record = new RunRecord();
  record.take(records.map((one, index) => ({ sequence: index + 1, record: one })));
  return record;
}

test('a long run’s savers are summed up over all its iterations alike', () => {
  const records = Array.from({ length: 1000 }, (_, index): SaverRecord[] => {
    const [iteration, late] = [10 * (index + 1), index >= 500];
    return [blocks(iteration, { b2: late ? 0.4 : 0.8 }), signs(iteration, late ? 0.9 : 0.5)];
  });
  expect(saversInWords(recordOf(...records.flat()))).toBe(
    '40 % of the gated blocks’ computation skipped, 70 % of gradient signs predicted.',
  );
});

test('where records come more seldom, or the saver was off, each counts as the iterations that it is about', () => {
  // Ten iterations that skip all of it, ninety that skip nothing, a pause, and one more that skips all.
  const record = recordOf(
    ...[blocks(10, { b2: 0 }), blocks(100, { b2: 1 }), switched(101, false), switched(5000, true), blocks(5000, { b2: 0 })],
  );
  expect(saversInWords(record)).toBe('11 % of the gated blocks’ computation skipped.');
});

test('a long run’s records are merged two by two, and keep their mean', () => {
  const kept = new BoundedRecords<BlockExecutionRecord>(4, mergeBlockExecutions);
  for (let index = 1; index <= 40; index++) kept.append(blocks(10 * index, { b2: index % 2, b3: 0.5 }));
  expect(kept.all.length).toBeLessThanOrEqual(4);
  expect(kept.latest).toMatchObject({ iteration: 400, executed: [0, 0.5] });
  expect(kept.all[0]).toMatchObject({ executed: [0.5, 0.5] });
});

test('records of different blocks are never merged, nor is the latest one', () => {
  const kept = new BoundedRecords<BlockExecutionRecord>(4, mergeBlockExecutions);
  for (const one of [blocks(10, { b3: 0 }), blocks(20, { b2: 1, b3: 1 }), blocks(30, { b2: 0, b3: 1 })]) kept.append(one);
  kept.append(blocks(40, { b2: 0.4, b3: 0.4 }), 5);
  kept.append(blocks(50, { b2: 0.8, b3: 0.8 }));
  expect(kept.all.map(({ iterations, iteration, blocks: names, executed }) => [iterations, iteration, names.length, executed])).toEqual([
    [10, 10, 1, [0]],
    [20, 30, 2, [0.5, 1]],
    [5, 40, 2, [0.4, 0.4]],
    [10, 50, 2, [0.8, 0.8]],
  ]);
});

test('the share of wrong signs is one of the signs that were predicted, also after a merge', () => {
  const kept = new BoundedRecords<SignPredictionRecord>(2, mergeSignPredictions);
  // 10 · 0.9 predicted and 0.1 of them wrong, 20 · 0.3 and 0.5 of them: 15 predicted of 30, 3.9 wrong.
  for (const one of [signs(10, 0.9, 0.1), signs(30, 0.3, 0.5), signs(40, 0.5, 0)]) kept.append(one);
  expect(kept.all[0]).toMatchObject({ iterations: 30, iteration: 30, predictedShare: 0.5, predicted: [0.5] });
  expect(kept.all[0]!.wrongShare).toBeCloseTo(0.26, 12);
  expect(kept.all[0]!.wrong[0]).toBeCloseTo(0.26, 12);
});
