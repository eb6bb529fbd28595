import { expect, test } from 'vitest';
import { toSvg } from '../../webview-ui/dashboard/chart-svg';
import { cumulativeEnergyContent, iterationsContent } from '../../webview-ui/dashboard/energy-charts';
import { layerEnergyContent } from '../../webview-ui/dashboard/layer-chart';
import { RunRecord } from '../../webview-ui/dashboard/run-record';
import type { Theme } from '../../webview-ui/shared/theme';
import { iterationRecord } from './fake-backend';

const colours = new Proxy({}, { get: (_, name) => `colour-${String(name)}` }) as Theme['colours'];
const theme: Theme = { colours, fontFamily: '"A & B"', fontSize: 13, highContrast: false };

test('a drawing has one line per series, its ends at the axes, and its text escaped', () => {
  const record = new RunRecord();
  record.take([iterationRecord(1), iterationRecord(2), iterationRecord(3)]);
  const svg = toSvg('Energy < baseline', cumulativeEnergyContent(record, { width: 100, smoothing: 0 }), theme);
  expect(svg.match(/<polyline/g)).toHaveLength(2);
  // Three iterations, x from 0 (axis minimum) to 3 over 76…696 pixels; energy 1, 2, 3 of at most 6 J over 314…54.
  expect(svg).toContain('points="282.7,270.7 489.3,227.3 696.0,184.0"');
  expect(svg).toContain('Energy &lt; baseline');
  expect(svg).toContain('&quot;A &amp; B&quot;');
  expect(svg).not.toContain('NaN');
});

test('bars are as long as their joules, part after part', () => {
  const record = new RunRecord();
  const layers = [{ name: 'conv', forward: 1, inputGradient: 2, weightGradient: 3, update: 4 }];
  record.take([{ sequence: 1, record: { type: 'layerEnergy', iteration: 1, layers } }]);
  const svg = toSvg('Layers', layerEnergyContent(record, 5), theme);
  const widths = [...svg.matchAll(/<rect x="[\d.]+" y="57" width="([\d.]+)"/g)].map(([, width]) => Number(width));
  expect(widths.map((width) => width / widths[0]!)).toEqual([1, 2, 3, 4].map((share) => expect.closeTo(share, 1)));
});

test('areas are filled down to the one that they stand on', () => {
  const record = new RunRecord();
  const dropped = { ...iterationRecord(2).record, iterationsExecuted: 1, iterationsDropped: 1 } as ReturnType<
    typeof iterationRecord
  >['record'];
  record.take([iterationRecord(1), { sequence: 2, record: dropped }]);
  const svg = toSvg('Iterations', iterationsContent(record, { width: 100, smoothing: 0 }), theme);
  const areas = [...svg.matchAll(/<polygon [^>]*points="([^"]*)"/g)].map(([, points]) => points);
  // x 1 and 2 of 0…2 over 76…696 pixels; executed 1, 1 over the axis, all 1, 2 over those; 0…2 over 314…54.
  expect(areas).toEqual(['386.0,184.0 696.0,184.0 696.0,314.0 386.0,314.0', '386.0,184.0 696.0,54.0 696.0,184.0 386.0,184.0']);
});

test('long names of layers have room beside their bars', () => {
  const record = new RunRecord();
  const name = 'batch_normalization_BatchNormalization12';
  record.take([
    {
      sequence: 1,
      record: { type: 'layerEnergy', iteration: 1, layers: [{ name, forward: 1, inputGradient: 0, weightGradient: 0, update: 0 }] },
    },
  ]);
  const svg = toSvg('Layers', layerEnergyContent(record, 5), theme);
  const end = Number(new RegExp(`<text x="([\\d.]+)" [^>]*text-anchor="end">${name}`).exec(svg)?.[1]);
  expect(end).toBeGreaterThan(name.length * 6.5);
});
