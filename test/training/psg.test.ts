import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine';
import { createLocalEngine } from '../../src/engine/local/local-engine';
import { metricRecordSchema } from '../../src/protocol/records';
import { layersBelow, logitsLayer } from '../../src/training/compile/network-ending';
import { predictImages } from '../../src/training/predict';
import { RunHarness } from './run-harness';
import { smallResNet } from './small-resnet';

const graph = smallResNet();
const convolutions = layersBelow(graph, logitsLayer(graph))
  .filter(({ kind }) => kind === 'conv2d')
  .map(({ name }) => name);
const psg = { enabled: true, learningRate: 0.003 };
const settings = { iterations: 60, learningRate: 0.05, seed: 3, augment: false };

let engine: Engine;
let harness: RunHarness;
beforeAll(async () => {
  engine = await createLocalEngine({ build: 'native', threads: 2 });
  harness = new RunHarness(engine, graph);
});
afterAll(async () => {
  harness.dispose();
  await engine.dispose();
});

describe('a run with PSG', () => {
  it('learns, says by layer what the predictor decided, and costs less than the baseline', async () => {
    const run = harness.create({ ...settings, savers: { psg } });
    expect(await harness.work(run)).toBe('finished');
    expect(harness.records(run, 'evaluation').at(-1)!.accuracy).toBeGreaterThan(0.8);
    const predictions = harness.records(run, 'signPrediction');
    expect(predictions.map(({ iteration }) => iteration)).toEqual([10, 20, 30, 40, 50, 60]);
    for (const { layers, predicted, wrong, predictedShare, wrongShare } of predictions) {
      expect(layers).toEqual(convolutions);
      expect(predictedShare).toBeGreaterThan(0.2);
      expect(predictedShare).toBeLessThan(1);
      expect(wrongShare).toBeLessThan(0.05);
      expect(Math.min(...predicted)).toBeGreaterThan(0);
      expect(wrong).toHaveLength(convolutions.length);
    }
    const last = harness.records(run, 'iteration').at(-1)!;
    expect(last.energyJ).toBeLessThan(last.baselineEnergyJ);
    const { macs } = harness.records(run, 'layerEnergy').at(-1)!;
    expect(macs!.predictor).toBeGreaterThan(0);
    for (const { record } of run.readRecords()) expect(metricRecordSchema.safeParse(record).error).toBeUndefined();
  });

  it('gives a model that predicts in fixed point, with the ranges that it was tested with', async () => {
    const run = harness.create({ ...settings, savers: { psg, swa: { enabled: true, every: 1, batchNormBatches: 3 } } });
    await harness.work(run);
    const { dataset } = harness;
    const size = dataset.test.pixels.length / dataset.test.count;
    const images = Array.from({ length: dataset.test.count }, (_, i) => dataset.test.pixels.slice(i * size, (i + 1) * size));
    const predictions = await predictImages(run.directory, images, engine);
    const hits = predictions.filter(({ label }, i) => label === dataset.classes[dataset.test.labels[i]!]).length;
    expect(hits / images.length).toBeCloseTo(harness.records(run, 'evaluation').at(-1)!.accuracy, 10);
    const model = JSON.parse(readFileSync(join(run.directory, 'model', 'model.json'), 'utf8')) as {
      userDefinedMetadata: { quantization: { activationBits: number; ranges: Record<string, number> } };
    };
    const { activationBits, ranges } = model.userDefinedMetadata.quantization;
    expect(activationBits).toBe(8);
    expect(Object.values(ranges).every((range) => range > 0)).toBe(true);
  });

  it('says what an image costs to classify in fixed point, where gates are tested', async () => {
    const inferenceJ = [];
    for (const savers of [{ slu: { enabled: true } }, { slu: { enabled: true }, psg }]) {
      const run = harness.create({ ...settings, iterations: 10, savers });
      await harness.work(run);
      inferenceJ.push(harness.records(run, 'evaluation').at(-1)!.gates!.full.inferenceJ);
    }
    expect(inferenceJ[1]!).toBeLessThan(0.9 * inferenceJ[0]!);
  });

  it('resumes to the same bits after a kill, all savers on and settings changed on the way', async () => {
    const savers = {
      psg,
      slu: { enabled: true },
      smd: { enabled: true, dropProbability: 0.3 },
      swa: { enabled: true, startShare: 0.5, batchNormBatches: 3 },
    };
    const configuration = { ...settings, checkpointEvery: 7, savers };
    const tunings = { 12: { psg: { threshold: 0.2, activationBits: 6 } }, 30: { psg: { enabled: false } }, 37: { psg: { enabled: true } } };
    const whole = harness.create(configuration);
    await harness.work(whole, { tunings });
    for (const killAt of [9, 13, 33, 38, 70]) {
      const killed = harness.create(configuration);
      expect(await harness.work(killed, { killAt, tunings })).toBe('killed');
      const later = Object.fromEntries(Object.entries(tunings).filter(([iteration]) => Number(iteration) > killAt));
      expect(await harness.work(killed, { tunings: later })).toBe('finished');
      expect(harness.finalWeights(killed).equals(harness.finalWeights(whole)), `killed at ${killAt}`).toBe(true);
    }
  });
});

describe('a baseline', () => {
  it.each(['8bit', 'signsgd'] as const)('%s learns', async (baseline) => {
    const run = harness.create({ ...settings, savers: { baseline, psg: { learningRate: 0.003 } } });
    await harness.work(run);
    expect(harness.records(run, 'evaluation').at(-1)!.accuracy).toBeGreaterThan(0.8);
    expect(harness.records(run, 'signPrediction')).toEqual([]);
    const last = harness.records(run, 'iteration').at(-1)!;
    if (baseline === '8bit') expect(last.energyJ).toBeLessThan(last.baselineEnergyJ);
    else expect(last.energyJ).toBe(last.baselineEnergyJ);
  });
});
