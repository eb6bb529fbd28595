import { expect, test } from 'vitest';
import type { NumberedRecord } from '../../src/protocol/records';
import { RunRecord } from '../../webview-ui/dashboard/run-record';
import { iterationRecord } from './fake-backend';

const evaluation = (sequence: number, iteration: number): NumberedRecord => ({
  sequence,
  record: { type: 'evaluation', iteration, images: 100, loss: 1, accuracy: 0.5, energyJ: iteration },
});

test('records that came before are left out', () => {
  const record = new RunRecord();
  record.take([iterationRecord(1), iterationRecord(2)]);
  record.take([iterationRecord(2), iterationRecord(3)]);
  expect(record.progress.x).toEqual([1, 2, 3]);
  expect(record.lastSequence).toBe(3);
});

test('dropped iterations count as progress and have no loss', () => {
  const record = new RunRecord();
  record.take([iterationRecord(1), iterationRecord(2, 2, true), iterationRecord(3)]);
  expect(record.progress.x).toEqual([1, 2, 3]);
  expect(record.training.x).toEqual([1, 3]);
});

test('a run resumed from its checkpoint replaces the iterations after it and keeps the tunings', () => {
  const record = new RunRecord();
  record.take([
    iterationRecord(1),
    iterationRecord(2),
    evaluation(3, 2),
    { sequence: 4, record: { type: 'tuning', iteration: 3, tuning: { learningRate: 0.01 } } },
    iterationRecord(5, 3),
    iterationRecord(6, 4),
    evaluation(7, 4),
    iterationRecord(8, 3),
  ]);
  expect(record.progress.x).toEqual([1, 2, 3]);
  expect(record.evaluations.map(({ iteration }) => iteration)).toEqual([2]);
  expect(record.tunings).toHaveLength(1);
  expect(record.iteration?.iteration).toBe(3);
});

test('after a kill the iterations that are repeated count once, with what they cost the second time', () => {
  const record = new RunRecord(8);
  const dearer = (sequence: number, iteration: number) => {
    const numbered = iterationRecord(sequence, iteration);
    return { ...numbered, record: { ...numbered.record, energyJ: 1000 + iteration } as typeof numbered.record };
  };
  // Enough for the series to be thinned before the kill; the checkpoint was after iteration 12.
  record.take(Array.from({ length: 30 }, (_, index) => iterationRecord(index + 1)));
  record.take(Array.from({ length: 30 }, (_, index) => dearer(31 + index, 13 + index)));
  const { x, columns } = record.progress;
  expect(x).toEqual([...new Set(x)].sort((one, other) => one - other));
  expect(x.at(-1)).toBe(42);
  for (const [index, iteration] of x.entries()) expect(columns.energyJ[index]).toBe(iteration < 13 ? iteration : 1000 + iteration);
  expect(record.iteration).toMatchObject({ iteration: 42, energyJ: 1042 });
});

test('fifty thousand iterations keep the memory bounded and the latest point', () => {
  const record = new RunRecord(2000);
  for (let start = 1; start <= 50_000; start += 500) record.take(Array.from({ length: 500 }, (_, index) => iterationRecord(start + index)));
  expect(record.progress.length).toBeLessThanOrEqual(2000);
  expect(record.progress.x.at(-1)).toBe(50_000);
  expect(record.training.length).toBeLessThanOrEqual(2000);
});

test('a tuning that was made after a kill goes over one that was made for a later iteration before it', () => {
  const record = new RunRecord();
  const tuning = (sequence: number, iteration: number, learningRate: number) =>
    ({ sequence, record: { type: 'tuning', iteration, tuning: { learningRate } } }) as const;
  record.take([tuning(1, 5, 0.3), tuning(2, 15, 0.4), tuning(3, 12, 0.01)]);
  expect(record.tunings.map(({ iteration }) => iteration)).toEqual([5, 12]);
});
