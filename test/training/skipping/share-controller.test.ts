import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadDataset } from '../../../src/datasets/load-dataset';
import type { Engine } from '../../../src/engine/engine';
import { createLocalEngine } from '../../../src/engine/local/local-engine';
import { Random } from '../../../src/platform/random';
import { shiftTowards } from '../../../src/training/skipping/share-controller';
import { RunHarness } from '../run-harness';
import { smallResNet } from '../small-resnet';

it.each([0.9, 0.6, 0.2])('the common bias of gates that know nothing of the cost settles at a share of %f, without swinging', (target) => {
  const random = new Random(3, 'shares');
  // Five gates that lean different ways, 64 samples each.
  const leanings = [-1.5, -0.5, 0, 0.7, 2];
  let bias = 0;
  const shares = Array.from({ length: 600 }, () => {
    const open = leanings.map((leaning) => {
      const probability = 1 / (1 + Math.exp(-(leaning + bias)));
      return Array.from({ length: 64 }).filter(() => random.uniform() < probability).length / 64;
    });
    const share = open.reduce((sum, value) => sum + value, 0) / open.length;
    bias += shiftTowards(target, share);
    return share;
  });
  for (let from = 50; from + 200 <= shares.length; from++) {
    const mean = shares.slice(from, from + 200).reduce((sum, share) => sum + share, 0) / 200;
    expect(Math.abs(mean - target)).toBeLessThan(0.01);
  }
  // Drawing alone deviates by sqrt(1/4 / 320) = 0.028 at most.
  for (const share of shares.slice(50)) expect(Math.abs(share - target)).toBeLessThan(0.15);
});

let engine: Engine;
beforeAll(async () => {
  engine = await createLocalEngine({ build: 'native', threads: 2 });
});
afterAll(() => engine.dispose());

it.each([
  // The defaults.
  [0.1, 3, 0.1],
  // Where neither learning rate nor cost could hold the share.
  [0.003, 1, 0.006],
])(
  'a run with learning rate %f, %f times that for gates and cost weight %f holds its share within 2 points over any 200 iterations, also after late changes',
  async (learningRate, gateLearningRateFactor, costWeight) => {
    const dataset = await loadDataset({ kind: 'builtin' });
    const harness = new RunHarness(engine, smallResNet([...dataset.imageShape], dataset.classes.length, 3), dataset);
    const run = harness.create({
      ...{ iterations: 620, learningRate, batchSize: 16, evaluateEvery: 100_000, checkpointEvery: 100_000 },
      savers: { slu: { enabled: true, skipRatio: 0.4, costWeight, gateLearningRateFactor } },
    });
    await harness.work(run, { tunings: { 381: { slu: { skipRatio: 0.65 } } } });
    const records = harness.records(run, 'blockExecution');
    expect(records.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 62 }, (_, index) => 10 * (index + 1)));
    expect(new Set(records.map(({ targetShare }) => targetShare.toFixed(2)))).toEqual(new Set(['0.60', '0.35']));
    // Records cover ten iterations each; the change itself lies inside of windows.
    for (let from = 3; from + 20 <= records.length; from++) {
      const window = records.slice(from, from + 20);
      const off = window.reduce((sum, { executedShare, targetShare }) => sum + executedShare - targetShare, 0) / 20;
      expect(Math.abs(off), `iterations ${10 * from + 1} to ${10 * (from + 20)}`).toBeLessThan(0.02);
    }
  },
);
