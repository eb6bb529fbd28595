import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine';
import { createLocalEngine } from '../../src/engine/local/local-engine';
import { tuningSchema } from '../../src/protocol/configuration';
import { GraphBuilder } from './graph-builder';
import { RunHarness } from './run-harness';
import { smallResNet } from './small-resnet';

let engine: Engine;
let harness: RunHarness;
beforeAll(async () => {
  engine = await createLocalEngine({ build: 'native', threads: 2 });
  harness = new RunHarness(engine, smallResNet([8, 8, 3], 5, 2));
});
afterAll(async () => {
  harness.dispose();
  await engine.dispose();
});

const settings = { iterations: 30, learningRate: 0.05, seed: 3, augment: false };
const smd = { enabled: true, dropProbability: 0.5 };

describe('a change of the length of a run', () => {
  it('that makes an iteration the last one leaves it its test and its checkpoint', async () => {
    const run = harness.create({ ...settings, evaluateEvery: 10, checkpointEvery: 10 });
    expect(await harness.work(run, { tunings: { 18: { iterations: 12 } } })).toBe('finished');
    const [end, evaluation] = [harness.records(run, 'iteration').at(-1)!, harness.records(run, 'evaluation').at(-1)!];
    expect(end.iteration).toBe(17);
    expect(evaluation).toMatchObject({ iteration: 17, energyJ: end.energyJ });
    expect(harness.records(run, 'checkpoint').at(-1)!.iteration).toBe(17);
  });

  it.each([
    ['SMD on', { savers: {} }, { 16: { smd } }, 15 + Math.round((15 * 4) / 3)],
    ['SMD off', { savers: { smd } }, { 21: { smd: { enabled: false } } }, 20 + 15],
    ['SMD off near the end', { savers: { smd } }, { 37: { smd: { enabled: false } } }, 36 + 3],
    ['another stretch', { savers: { smd } }, { 21: { smd: { scheduleStretch: 2 } } }, 20 + 30],
    ['more iterations', { savers: {} }, { 11: { iterations: 40 } }, 40],
  ] as const)('holds the baseline to plain training of all nominal iterations: %s', async (_, { savers }, tunings, length) => {
    const run = harness.create({ ...settings, savers });
    await harness.work(run, { tunings });
    const end = harness.records(run, 'iteration').at(-1)!;
    expect(end.iteration).toBe(length);
    const nominal = Object.values(tunings).some((tuning) => 'iterations' in tuning) ? 40 : 30;
    const plain = harness.create({ ...settings, iterations: nominal });
    await harness.work(plain);
    expect(end.baselineEnergyJ / harness.records(plain, 'iteration').at(-1)!.energyJ).toBeCloseTo(1, 12);
    const predicted = harness.records(run, 'prediction').at(-1)!;
    expect(predicted.plannedIterations).toBe(length);
    expect(predicted.baselineEnergyJ / end.baselineEnergyJ).toBeCloseTo(1, 12);
  });

  it('made after a kill goes over one that was made for a later iteration before it, in each resume that follows', async () => {
    const configuration = { ...settings, checkpointEvery: 10, learningRateSchedule: 'constant' as const };
    const run = harness.create(configuration);
    await harness.work(run, { killAt: 17, tunings: { 15: { learningRate: 0.4 } } });
    await harness.work(run, { killAt: 14, tunings: { 12: { learningRate: 0.01 } } });
    await harness.work(run);
    const rates = new Map(harness.records(run, 'iteration').map(({ iteration, learningRate }) => [iteration, learningRate]));
    for (let iteration = 12; iteration <= 30; iteration++) expect(rates.get(iteration), `iteration ${iteration}`).toBe(0.01);
  });
});

describe('PSG', () => {
  it('switched off leaves the model as good as it was: sums of signs are no momenta of gradients', async () => {
    const run = harness.create({ ...settings, iterations: 90, evaluateEvery: 5, savers: { psg: { enabled: true, learningRate: 0.003 } } });
    await harness.work(run, { tunings: { 41: { psg: { enabled: false } } } });
    const accuracies = harness.records(run, 'evaluation').map(({ accuracy }) => accuracy);
    const [before, after] = [accuracies.slice(5, 8), accuracies.slice(8, 12)];
    expect(Math.min(...before)).toBeGreaterThan(0.8);
    expect(Math.min(...after)).toBeGreaterThan(Math.min(...before) - 0.15);
  });

  it('says nothing of what it predicts for a block that no sample ran through', async () => {
    const stochasticDepth = { enabled: true, skipRatio: 0.9 };
    const run = harness.create({ ...settings, iterations: 60, savers: { psg: { enabled: true, learningRate: 0.003 }, stochasticDepth } });
    await harness.work(run);
    const alone = harness.create({ ...settings, iterations: 60, savers: { psg: { enabled: true, learningRate: 0.003 } } });
    await harness.work(alone);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const shares = (of: typeof run) => mean(harness.records(of, 'signPrediction').map(({ predictedShare }) => predictedShare));
    expect(shares(run)).toBeLessThan(shares(alone) + 0.15);
  });
});

describe('a baseline', () => {
  it('can be chosen and left while the run is live', async () => {
    const run = harness.create({ ...settings, iterations: 60 });
    await harness.work(run, { tunings: { 21: { baseline: '8bit' }, 41: { baseline: 'smb' } } });
    const energies = harness.records(run, 'iteration').map(({ energyJ }) => energyJ);
    const [plain, narrow] = [energies[19]! / 20, (energies[39]! - energies[19]!) / 20];
    expect(narrow).toBeLessThan(0.9 * plain);
    expect((energies[59]! - energies[39]!) / 20 / plain).toBeCloseTo(1, 9);
    expect(harness.records(run, 'evaluation').at(-1)!.accuracy).toBeGreaterThan(0.8);
  });
});

describe('skipping', () => {
  it('is said to have no effect on a network without blocks to skip, also when it is switched on late', async () => {
    const plain = new GraphBuilder([8, 8, 3]).conv('conv', 'input', 8, 3).activation('relu', 'conv', 'relu').flatten('flatten', 'relu');
    const blockless = new RunHarness(engine, plain.dense('dense', 'flatten', 5).build());
    const run = blockless.create({ ...settings, learningRate: 0.01, iterations: 8 });
    await blockless.work(run, { tunings: { 4: { slu: { enabled: true } } } });
    expect(blockless.messages).toHaveLength(1);
    expect(blockless.messages[0]).toMatch(/^No block of the model .* can be skipped, since it has no residual blocks/);
    blockless.dispose();
  });

  it('is recorded up to the iteration in which it ends', async () => {
    const run = harness.create({ ...settings, savers: { slu: { enabled: true } } });
    await harness.work(run, { tunings: { 15: { slu: { enabled: false } } } });
    expect(harness.records(run, 'blockExecution').map(({ iteration }) => iteration)).toEqual([10, 14]);
  });

  it('is done by SLU or by stochastic depth: a change to both is refused', () => {
    const both = { slu: { enabled: true }, stochasticDepth: { enabled: true } };
    expect(tuningSchema.safeParse(both).error?.issues).toMatchObject([{ path: ['stochasticDepth', 'enabled'] }]);
    expect(tuningSchema.safeParse({ slu: { enabled: true }, stochasticDepth: { enabled: false } }).success).toBe(true);
  });
});
