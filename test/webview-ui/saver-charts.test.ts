import { expect, test } from 'vitest';
import type { Tuning } from '../../src/protocol/configuration';
import type { MetricRecord } from '../../src/protocol/records';
import { blockHeatContent } from '../../webview-ui/dashboard/block-heat-chart';
import { toSvg } from '../../webview-ui/dashboard/chart-svg';
import { gatesInWords } from '../../webview-ui/dashboard/gates-in-words';
import { heatCells } from '../../webview-ui/dashboard/heat-cells';
import { RunRecord } from '../../webview-ui/dashboard/run-record';
import { gatesContent, learningRateContent, signsContent } from '../../webview-ui/dashboard/saver-charts';
import { saversInWords } from '../../webview-ui/dashboard/savers-in-words';
import { toCsv } from '../../webview-ui/dashboard/table-text';
import type { Theme } from '../../webview-ui/shared/theme';
import { iterationRecord } from './fake-backend';

const blocks = (iteration: number, executed: number[], spread = [0.2, 0.001]): MetricRecord => ({
  type: 'blockExecution',
  iteration,
  executedShare: (executed[0]! + executed[1]!) / 2,
  targetShare: 0.6,
  blocks: ['add_1', 'add_2'],
  executed,
  gateProbability: [0.5, 0.7],
  gateSpread: spread,
});
const signs = (iteration: number, predictedShare: number): MetricRecord => ({
  ...{ type: 'signPrediction', iteration, predictedShare, wrongShare: 0.01 },
  ...{ layers: ['conv'], predicted: [predictedShare], wrong: [0.01] },
});

/** Blocks that each ran for another share of the images, as only some of them have gates. */
const gated = (iteration: number, executed: Readonly<Record<string, number>>): MetricRecord => ({
  ...{ type: 'blockExecution', iteration, executedShare: 0.5, targetShare: 0.5 },
  ...{ blocks: Object.keys(executed), executed: Object.values(executed) },
});
const tuning = (iteration: number, change: Tuning): MetricRecord => ({ type: 'tuning', iteration, tuning: change });

/** A record of the identity blocks, then one of all. */
const liveChange = [
  gated(10, { b2: 0.2, b3: 0.3, b5: 0.5 }),
  tuning(11, { slu: { blocks: 'all' } }),
  gated(20, { b2: 0.6, b3: 0.7, b4: 0.8, b5: 0.9 }),
];

const colours = new Proxy({}, { get: (_, name) => `colour-${String(name)}` }) as Theme['colours'];
const theme: Theme = { colours, fontFamily: 'a', fontSize: 13, highContrast: false };

function recordOf(...records: MetricRecord[]): RunRecord {
  const record = new RunRecord();
  record.take(records.map((one, index) => ({ sequence: index + 1, record: one })));
  return record;
}

test('each block has a row, each record a column that reaches back to the one before', () => {
  const content = blockHeatContent(recordOf(blocks(10, [1, 0.5]), blocks(30, [0.8, 0.2])));
  if (content.chart.kind !== 'heat') throw new Error('no heat map');
  expect(content.chart.rows).toEqual(['add_1', 'add_2']);
  expect(heatCells(content.chart)).toEqual([
    { row: 0, from: 0, to: 10, value: 1 },
    { row: 1, from: 0, to: 10, value: 0.5 },
    { row: 0, from: 10, to: 30, value: 0.8 },
    { row: 1, from: 10, to: 30, value: 0.2 },
  ]);
  expect(content.summary).toBe('Residual blocks: 50 % run on average at iteration 30; least add_2 (20 %), most add_1 (80 %).');
  expect(content.table().rows).toEqual([
    [10, 1, 0.5],
    [30, 0.8, 0.2],
  ]);
});

test('a heat map is drawn with one field for each cell, as opaque as its share', () => {
  const svg = toSvg('Blocks', blockHeatContent(recordOf(blocks(10, [1, 0.5]))), theme);
  // Rows of 22 pixels from 54 on.
  const fields = [...svg.matchAll(/<rect x="[\d.]+" y="(55|77)" width="([\d.]+)" [^>]*opacity="([\d.]+)"/g)];
  expect(fields.map(([, y, , opacity]) => [y, opacity])).toEqual([
    ['55', '1.000'],
    ['77', '0.500'],
  ]);
  expect(svg).not.toContain('NaN');
});

test('a block stays in its row when other blocks get gates or lose them, and has no value where it had no gate', () => {
  const rows = ['b2', 'b3', 'b4', 'b5'];
  const { chart, table } = blockHeatContent(recordOf(...liveChange));
  if (chart.kind !== 'heat') throw new Error('no heat map');
  expect(chart.rows).toEqual(rows);
  const fields = heatCells(chart).map(({ row, to, value }) => `${rows[row]} ${to} ${value}`);
  expect(fields.slice(0, 4)).toEqual(['b2 10 0.2', 'b3 10 0.3', 'b4 10 undefined', 'b5 10 0.5']);
  expect(fields.slice(4)).toEqual(['b2 20 0.6', 'b3 20 0.7', 'b4 20 0.8', 'b5 20 0.9']);
  expect(toCsv(table())).toBe('Iteration,b2,b3,b4,b5\r\n10,0.2,0.3,,0.5\r\n20,0.6,0.7,0.8,0.9\r\n');
  const back = blockHeatContent(recordOf(gated(10, { b2: 0.6, b3: 0.7, b4: 0.8, b5: 0.9 }), gated(20, { b3: 0.3, b5: 0.5 })));
  expect(toCsv(back.table())).toBe('Iteration,b2,b3,b4,b5\r\n10,0.6,0.7,0.8,0.9\r\n20,,0.3,,0.5\r\n');
});

test('while skipping is switched off no block has a value, up to the present', () => {
  const off = [gated(10, { b2: 0.4 }), tuning(15, { slu: { enabled: false } })];
  const rowsOf = (...records: MetricRecord[]) => blockHeatContent(recordOf(...records)).table().rows;
  expect(rowsOf(...off, iterationRecord(80).record)).toEqual([
    [10, 0.4],
    [80, undefined],
  ]);
  expect(rowsOf(...off, tuning(91, { slu: { enabled: true } }), gated(91, { b2: 0.6 }), iterationRecord(99).record)).toEqual([
    [10, 0.4],
    [90, undefined],
    [91, 0.6],
  ]);
  // What ran between a record and the pause is told by the next record.
  const { chart } = blockHeatContent(
    recordOf(...off, tuning(21, { slu: { enabled: true } }), gated(30, { b2: 0.6 }), iterationRecord(30).record),
  );
  expect(chart.kind === 'heat' && chart.columns).toEqual([
    { x: 10, values: [0.4] },
    { x: 14, values: [0.6] },
    { x: 20, values: [undefined] },
    { x: 30, values: [0.6] },
  ]);
  // From the one way of skipping straight to the other there is no such time.
  const depth = tuning(15, { slu: { enabled: false }, stochasticDepth: { enabled: true } });
  expect(rowsOf(gated(10, { b2: 0.4 }), depth, gated(20, { b2: 0.6 }))).toHaveLength(2);
});

test('a drawn heat map tells no gate from a share of nothing, and says what it means', () => {
  const svg = toSvg('Blocks', blockHeatContent(recordOf(...liveChange)), theme);
  expect(svg.match(/fill="url\(#missing\)"/g)).toHaveLength(2);
  expect(svg).toContain('>no gate</text>');
  expect(svg).not.toMatch(/NaN|undefined/);
  expect(toSvg('Blocks', blockHeatContent(recordOf(blocks(10, [1, 0.5]))), theme)).not.toContain('no gate');
});

test('a live change is marked in the heat map at its iteration, its words above the rows', () => {
  const { chart } = blockHeatContent(recordOf(...liveChange));
  expect(chart.kind === 'heat' && chart.marks).toEqual([{ x: 11, label: 'gates on all blocks' }]);
  const svg = toSvg('Blocks', blockHeatContent(recordOf(...liveChange)), theme);
  // 0 to 20 over 38…696 pixels.
  expect(svg).toMatch(/<line x1="399\.9" [^>]*stroke-dasharray="2 3"/);
  expect(svg).toContain('<text x="402.9" y="66.0" >gates on all blocks</text>');
});

test('gates are told beside their target, and those that do not look at their images are counted', () => {
  const content = gatesContent(recordOf(blocks(10, [0.7, 0.5])));
  expect(content.summary).toBe(
    'Executed share of the gated blocks: 60 % at iteration 10, target 60 %. ' +
      'Whatever the image, 1 of 2 gates opens by chance alone; the other looks at its images.',
  );
  expect(gatesContent(recordOf(blocks(10, [0.7, 0.5], [0.1, 0.1]))).summary).toMatch(/All gates look at their images\.$/);
  expect(content.table().rows).toEqual([[10, 0.6, 0.6, 0.6, expect.closeTo(0.1005, 10)]]);
});

test('without gates, as in stochastic depth, there are no lines of gates', () => {
  const { gateProbability: _p, gateSpread: _s, ...depth } = blocks(10, [0.7, 0.5]) as Extract<MetricRecord, { type: 'blockExecution' }>;
  const content = gatesContent(recordOf(depth));
  if (content.chart.kind !== 'lines') throw new Error('no lines');
  expect(content.chart.series.map(({ label }) => label)).toEqual(['Target', 'Executed computation']);
});

test('predicted signs and the learning rate have their charts', () => {
  const record = recordOf(iterationRecord(1).record, signs(10, 0.72));
  expect(signsContent(record).summary).toBe('Gradient signs predicted: 72 % at iteration 10, 1.0 % of them wrong.');
  expect(learningRateContent(record, { width: 100, smoothing: 0 }).table().rows).toEqual([[1, 0.1]]);
});

test('the savers are summed up in words, and only those that did something', () => {
  const dropped = { ...iterationRecord(10).record, iterationsExecuted: 7, iterationsDropped: 3 } as MetricRecord;
  expect(saversInWords(recordOf(iterationRecord(1).record))).toBeUndefined();
  expect(saversInWords(recordOf(dropped, blocks(10, [0.58, 0.6]), signs(10, 0.72)))).toBe(
    '3 of 10 batches dropped, 41 % of the gated blocks’ computation skipped, 72 % of gradient signs predicted.',
  );
});

test('a test with gates is told by each way of inference, with what runs and what an image costs', () => {
  const evaluation = { type: 'evaluation', iteration: 10, images: 100, loss: 1, accuracy: 0.742, energyJ: 1 } as const;
  const test = (accuracy: number, executedShare: number, inferenceJ: number) => ({ loss: 1, accuracy, executedShare, inferenceJ });
  const gates = { sampled: test(0.742, 0.6, 0.0012), threshold: test(0.755, 0.53, 0.0011), full: test(0.764, 1, 0.0014) };
  expect(gatesInWords(recordOf(evaluation))).toBeUndefined();
  expect(gatesInWords(recordOf({ ...evaluation, gates }))).toBe(
    'Test accuracy with gates by chance, as trained, 74.2 % (60 % of the gated blocks, ~1.20 mJ an image); with gates above one half 75.5 % ' +
      '(53 % of the gated blocks, ~1.10 mJ an image); with all blocks, as the kept model runs, 76.4 % (100 % of the gated blocks, ~1.40 mJ an image).',
  );
});

test('a resumed run forgets what it computes again', () => {
  const record = recordOf(
    iterationRecord(1).record,
    iterationRecord(10, 10).record,
    blocks(10, [1, 1]),
    signs(10, 0.5),
    iterationRecord(5, 5).record,
  );
  expect(record.blockExecutions.all).toHaveLength(0);
  expect(record.signPredictions.all).toHaveLength(0);
});
