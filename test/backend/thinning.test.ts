import { expect, test } from 'vitest';
import { thinRecords } from '../../src/backend/thinning';
import type { NumberedRecord } from '../../src/protocol/records';
import { evaluationRecord, iterationRecord, layerEnergyRecord } from './record-files';

const records: NumberedRecord[] = [
  ...Array.from({ length: 100 }, (_, index) => iterationRecord(index + 1)),
  layerEnergyRecord(100),
  evaluationRecord(100),
  ...Array.from({ length: 55 }, (_, index) => iterationRecord(index + 101)),
  layerEnergyRecord(155),
  { type: 'tuning' as const, iteration: 156, tuning: { learningRate: 0.2 } },
  { type: 'state' as const, iteration: 156, state: 'stopping' as const },
  iterationRecord(156),
].map((record, index) => ({ sequence: index + 1, record }));

test('of the iterations every stride-th stays and the last, evenly', () => {
  const kept = thinRecords(records, 10).flatMap(({ record }) => (record.type === 'iteration' ? [record.iteration] : []));
  expect(kept).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 156]);
});

test('evaluations, tunings and states all stay, of layer energies the latest', () => {
  const others = thinRecords(records, 10).filter(({ record }) => record.type !== 'iteration');
  expect(others.map(({ record }) => [record.type, record.iteration])).toEqual([
    ['evaluation', 100],
    ['layerEnergy', 155],
    ['tuning', 156],
    ['state', 156],
  ]);
});

test('with stride 1 nothing is left out', () => {
  expect(thinRecords(records, 1)).toEqual(records);
});
