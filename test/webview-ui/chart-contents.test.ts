import { expect, test } from 'vitest';
import type { NumberedRecord } from '../../src/protocol/records';
import { accuracyByEnergyContent, cumulativeEnergyContent, iterationsContent } from '../../webview-ui/dashboard/energy-charts';
import { accuracyByComputationContent, plainTrainingBeside } from '../../webview-ui/dashboard/equal-computation-chart';
import { layerEnergyContent, phaseEnergyContent } from '../../webview-ui/dashboard/layer-chart';
import { RunRecord } from '../../webview-ui/dashboard/run-record';
import { toCsv, toJson } from '../../webview-ui/dashboard/table-text';
import { lossContent } from '../../webview-ui/dashboard/training-charts';
import { tuningMarks } from '../../webview-ui/dashboard/tuning-marks';
import { iterationRecord, runSummary } from './fake-backend';

const options = { width: 300, smoothing: 0.5 };
const layer = (name: string, joules: number) => ({ name, forward: joules, inputGradient: joules, weightGradient: joules, update: joules });

function recordOf(...records: NumberedRecord['record'][]): RunRecord {
  const record = new RunRecord();
  record.take(records.map((one, index) => ({ sequence: index + 1, record: one })));
  return record;
}

test('before the first record every chart says that there is nothing yet', () => {
  const record = new RunRecord();
  const contents = [
    lossContent(record, options),
    cumulativeEnergyContent(record, options),
    iterationsContent(record, options),
    accuracyByEnergyContent(record),
    accuracyByComputationContent(record, plainTrainingBeside(runSummary('r'), [])),
    layerEnergyContent(record, 5),
    phaseEnergyContent(record),
  ];
  for (const content of contents) {
    expect(content.empty).toBe(true);
    expect(content.summary).toMatch(/yet\.$/);
  }
});

test('energy is told against the baseline, as estimated', () => {
  const record = new RunRecord();
  record.take([iterationRecord(1), iterationRecord(2)]);
  const content = cumulativeEnergyContent(record, options);
  expect(content.summary).toBe('Estimated energy so far: 2.00 J, SMB baseline 4.00 J, saved 50 %, after 2 iterations.');
  expect(content.table().rows).toEqual([
    [1, 1, 2, 0.5],
    [2, 2, 4, 0.5],
  ]);
});

test('test results stand in the loss table at their iteration, also at one that was dropped', () => {
  const evaluation = { type: 'evaluation', images: 10, accuracy: 0.5, energyJ: 1 } as const;
  const record = recordOf(iterationRecord(1).record, { ...evaluation, iteration: 1, loss: 4 }, iterationRecord(2, 2, true).record, {
    ...evaluation,
    iteration: 2,
    loss: 3,
  });
  expect(lossContent(record, options).table().rows).toEqual([
    [1, 1, 1, 4],
    [2, undefined, undefined, 3],
  ]);
});

test('with averaged weights the headline is theirs, and the last weights stand beside it', () => {
  const evaluation = { type: 'evaluation', images: 10, energyJ: 1 } as const;
  const record = recordOf(
    iterationRecord(1).record,
    { ...evaluation, iteration: 1, loss: 4, accuracy: 0.4 },
    iterationRecord(2, 2).record,
    { ...evaluation, iteration: 2, loss: 2, accuracy: 0.8, averagedWeights: 3, lastIterate: { loss: 3, accuracy: 0.6 } },
  );
  const { chart, table } = lossContent(record, options);
  if (chart.kind !== 'lines') throw new Error('not lines');
  const points = Object.fromEntries(chart.series.map((series) => [series.label, series.points]));
  expect(points['Test images, averaged weights (SWA)']).toEqual([
    { x: 1, y: 4 },
    { x: 2, y: 2 },
  ]);
  expect(points['Test images, last weights']).toEqual([{ x: 2, y: 3 }]);
  expect(table().columns.at(-1)).toBe('Test loss, last weights');
  expect(table().rows.map((row) => row.slice(3))).toEqual([
    [4, undefined],
    [2, 3],
  ]);
});

test('the most costly layers get bars, the others share one, and no joule is lost', () => {
  const layers = Array.from({ length: 20 }, (_, index) => layer(`layer ${index}`, index));
  const { chart } = layerEnergyContent(recordOf({ type: 'layerEnergy', iteration: 5, layers }), 3);
  if (chart.kind !== 'bars') throw new Error('not bars');
  expect(chart.bars).toEqual(['layer 19', 'layer 18', 'layer 17', '16 other layers']);
  const forward = chart.parts[0]!.values.reduce((sum, value) => sum + value, 0);
  expect(forward).toBe((19 * 20) / 2);
});

test('tunings become marks, those at one iteration one mark', () => {
  const marks = tuningMarks([
    { type: 'tuning', iteration: 5, tuning: { smd: { dropProbability: 0.3 } } },
    { type: 'tuning', iteration: 5, tuning: { smd: { enabled: true } } },
    { type: 'tuning', iteration: 9, tuning: { learningRate: 0.01 } },
  ]);
  expect(marks).toEqual([
    { x: 5, label: 'SMD on, drop 30 %' },
    { x: 9, label: 'learning rate 0.01' },
  ]);
});

test('tunings are marked in accuracy against energy at what had been spent by then, where that is known', () => {
  const tuned = (iteration: number): NumberedRecord['record'] => ({
    type: 'tuning',
    iteration,
    tuning: { learningRate: iteration / 1000 },
  });
  const marksOf = (record: RunRecord) => {
    const { chart } = accuracyByEnergyContent(record);
    return chart.kind === 'lines' && chart.marks;
  };
  // The run costs 1 J an iteration; what is tuned at iteration 5 has 4 J behind it.
  const iterations = Array.from({ length: 8 }, (_, index) => iterationRecord(index + 1).record);
  expect(marksOf(recordOf(tuned(1), tuned(5), ...iterations, tuned(9), tuned(12)))).toEqual([
    { x: 0, label: 'learning rate 0.001' },
    { x: 4, label: 'learning rate 0.005' },
    { x: 8, label: 'learning rate 0.009' },
  ]);
  // A slow reader has one of many iterations.
  expect(marksOf(recordOf(iterationRecord(1, 2).record, iterationRecord(2, 40).record, tuned(22)))).toEqual([
    { x: 21, label: 'learning rate 0.022' },
  ]);
});

test('exports carry every row, with quotes where RFC 4180 wants them', () => {
  const table = {
    columns: ['Layer', 'Energy (J, estimated)'],
    rows: [
      ['a "b"', 1.5],
      ['c', undefined],
    ],
  };
  expect(toCsv(table)).toBe('Layer,"Energy (J, estimated)"\r\n"a ""b""",1.5\r\nc,\r\n');
  expect(JSON.parse(toJson(table))).toEqual([
    { Layer: 'a "b"', 'Energy (J, estimated)': 1.5 },
    { Layer: 'c', 'Energy (J, estimated)': null },
  ]);
});
