import { expect, it } from 'vitest';
import { buildBuiltinNetwork } from '../../src/network/builtin-networks';
import { layerOf } from '../../src/network/graph-queries';
import { measurementsOf } from '../../src/network/layer-measurements';
import { layerSignature } from '../../src/network/layer-signature';
import type { FigureRow, MeasurementFile } from '../../src/protocol/measurements';

const graph = buildBuiltinNetwork('resnet20', [32, 32, 3], 10);
const convolutions = graph.layers.filter(({ kind }) => kind === 'conv2d');

const row = (more: Partial<FigureRow>): FigureRow => ({
  kind: 'measured',
  layer: 'elsewhere',
  phase: 'forward',
  precision: 'fp32',
  batchSize: 1,
  energyJ: 1,
  repeats: 1,
  source: 'test',
  ...more,
});
const file = (created: string, ...rows: MeasurementFile['rows']): MeasurementFile => ({
  format: 1,
  id: created,
  title: 'test',
  created,
  state: 'complete',
  origin: { kind: 'import', format: 'e2train', file: 'test.csv', sha256: '' },
  rows,
  events: [],
});

it('gives layers that do the same work one signature, and others another', () => {
  // ResNet-20: a stem, six convolutions of 16 channels, one and one that change the shape twice (each with its shortcut), five and five.
  const counts = new Map<string, number>();
  for (const layer of convolutions) counts.set(layerSignature(graph, layer), (counts.get(layerSignature(graph, layer)) ?? 0) + 1);
  expect([...counts.values()].sort()).toEqual([1, 1, 1, 1, 1, 5, 5, 6]);
  expect(layerSignature(graph, convolutions[1]!)).toMatch(
    /^conv2d 32x32x16 > 32x32x16 kernel 3x3 strides 1x1 dilation 1x1 padding 1\/1\/1\/1/,
  );
});

it('finds figures by what a layer computes, newest first', () => {
  const [layer] = [convolutions[2]!];
  const signature = layerSignature(graph, layer);
  const files = [
    file('2026-01-01T00:00:00Z', row({ signature, energyJ: 1 })),
    file('2026-02-01T00:00:00Z', row({ signature, energyJ: 2 })),
  ];
  expect(measurementsOf(graph, layer, files).map(({ row: { energyJ }, by }) => [energyJ, by])).toEqual([
    [2, 'signature'],
    [1, 'signature'],
  ]);
});

it('finds figures by name where they have no signature, and none of a layer whose shape has changed', () => {
  const layer = layerOf(graph, convolutions[2]!.name);
  const named = row({ layer: layer.name });
  const changed = row({ layer: layer.name, signature: 'conv2d 64x64x16 > 64x64x16' });
  const missing = { kind: 'unavailable' as const, layer: layer.name, phase: 'forward' as const, precision: 'fp32', reason: 'No sensor.' };
  expect(measurementsOf(graph, layer, [file('2026-01-01T00:00:00Z', named, changed, missing)])).toMatchObject([{ row: named, by: 'name' }]);
});
