import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine';
import { createLocalEngine } from '../../src/engine/local/local-engine';
import { metricRecordSchema } from '../../src/protocol/records';
import type { RunFolder } from '../../src/runs/run-folder';
import { GraphBuilder } from './graph-builder';
import { RunHarness } from './run-harness';

const graph = new GraphBuilder([8, 8, 3])
  .conv('conv', 'input', 8, 3, { padding: { top: 1, bottom: 1, left: 1, right: 1 } })
  .batchNorm('bn', 'conv')
  .activation('relu', 'bn', 'relu')
  .pool('maxPooling2d', 'pool', 'relu', 2, 2)
  .dropout('dropout', 'pool', 0.2)
  .flatten('flatten', 'dropout')
  .dense('dense', 'flatten', 5)
  .activation('softmax', 'dense', 'softmax')
  .build();

let engine: Engine;
let harness: RunHarness;
beforeAll(async () => {
  engine = await createLocalEngine({ build: 'native', threads: 1 });
  harness = new RunHarness(engine, graph);
});
afterAll(async () => {
  harness.dispose();
  await engine.dispose();
});

const smd = (dropProbability: number) => ({ savers: { smd: { enabled: true, dropProbability, scheduleStretch: 4 / 3 } } });
const checkpointsOf = (run: RunFolder) => readdirSync(join(run.directory, 'checkpoints')).sort();

describe('a run', () => {
  it('learns, and its records say how it went', async () => {
    // Not augmented: a crop would move the bar, whose place is what there is to learn.
    const run = harness.create({ iterations: 60, learningRate: 0.05, seed: 3, augment: false });
    expect(await harness.work(run)).toBe('finished');
    const iterations = harness.records(run, 'iteration');
    expect(iterations.map(({ iteration }) => iteration)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    expect(iterations[0]!.learningRate).toBe(0.05);
    expect(iterations[59]!.learningRate).toBeCloseTo(0.0005, 12);
    expect(iterations[0]!.loss!).toBeGreaterThan(1);
    const evaluations = harness.records(run, 'evaluation');
    expect(evaluations.map(({ iteration }) => iteration)).toEqual([6, 12, 18, 24, 30, 36, 42, 48, 54, 60]);
    expect(evaluations.at(-1)).toMatchObject({ images: 37 });
    // Chance is 0.2; the bars are easy.
    expect(evaluations.at(-1)!.accuracy).toBeGreaterThan(0.8);
    for (const { record } of run.readRecords()) expect(metricRecordSchema.safeParse(record).error).toBeUndefined();
  });

  it('accounts for energy by layer and in sum, and predicts the end', async () => {
    const run = harness.create({ iterations: 20, learningRate: 0.05 });
    await harness.work(run);
    const last = harness.records(run, 'iteration').at(-1)!;
    const layers = harness.records(run, 'layerEnergy').at(-1)!;
    expect(layers.iteration).toBe(20);
    const sum = layers.layers.reduce((total, row) => total + row.forward + row.inputGradient + row.weightGradient + row.update, 0);
    expect(sum / last.energyJ).toBeCloseTo(1, 9);
    expect(last.energyJ).toBe(last.baselineEnergyJ);
    // 8×8 outputs of 3×3×3 → 8 channels, pooled by 2, then 128 → 5 values; 20 batches of 16. Nothing below the convolution wants its gradient.
    const [convolution, dense] = [64 * 27 * 8, 128 * 5];
    expect(layers.macs).toEqual({
      forward: 320 * (convolution + dense),
      inputGradient: 320 * dense,
      weightGradient: 320 * (convolution + dense),
      ...{ predictor: 0, gates: 0 },
    });
    expect(layers.baselineMacs).toBe(320 * (2 * convolution + 3 * dense));
    const first = harness.records(run, 'prediction')[0]!;
    expect(first.iteration).toBe(1);
    expect(first.energyJ / last.energyJ).toBeCloseTo(1, 9);
  });

  it('drops iterations under SMD: they cost nothing and take no batch, while counter and schedule go on', async () => {
    const run = harness.create({ iterations: 60, learningRate: 0.05, ...smd(0.5) });
    await harness.work(run);
    const iterations = harness.records(run, 'iteration');
    expect(iterations).toHaveLength(80);
    const dropped = iterations.filter(({ executed }) => !executed);
    expect(dropped.length).toBeGreaterThan(20);
    expect(dropped.length).toBeLessThan(60);
    for (const record of dropped) {
      expect(record).not.toHaveProperty('loss');
      expect(record.imagesPerSecond).toBe(0);
      expect(record.energyJ).toBe(iterations[record.iteration - 2]?.energyJ ?? 0);
    }
    const last = iterations.at(-1)!;
    expect(last.iterationsDropped).toBe(dropped.length);
    expect(last.iterationsExecuted).toBe(80 - dropped.length);
    // The baseline are the 60 nominal iterations, not the 80 of the stretched schedule.
    expect(last.energyJ / last.baselineEnergyJ).toBeCloseTo(last.iterationsExecuted / 60, 9);
    expect(iterations[40]!.learningRate).toBeCloseTo(0.005, 12);
  });

  it('has the same bits for the same seed, and others for another', async () => {
    const weights = [];
    for (const seed of [5, 5, 6]) {
      const run = harness.create({ iterations: 8, learningRate: 0.05, seed });
      await harness.work(run);
      weights.push(harness.finalWeights(run));
    }
    expect(weights[0]!.equals(weights[1]!)).toBe(true);
    expect(weights[0]!.equals(weights[2]!)).toBe(false);
  });

  it('fails with a sentence when the loss is no longer a number and keeps its last good checkpoint', async () => {
    // Without batch norm nothing holds the weights back at a learning rate of 10.
    const fragile = new GraphBuilder([8, 8, 3])
      .conv('conv', 'input', 8, 3)
      .activation('relu', 'conv', 'relu')
      .conv('conv2', 'relu', 8, 3)
      .flatten('flatten', 'conv2')
      .dense('dense', 'flatten', 5)
      .build();
    const diverging = new RunHarness(engine, fragile);
    const run = diverging.create({ iterations: 30, learningRate: 0.01, checkpointEvery: 2 });
    await expect(diverging.work(run, { tunings: { 8: { learningRate: 10 } } })).rejects.toThrow(
      /^The (loss became (NaN|Infinity) at iteration \d+|weights “.*” are no longer numbers at iteration \d+); lower the learning rate/,
    );
    const newest = join(run.directory, 'checkpoints', checkpointsOf(run).at(-1)!);
    const bytes = readFileSync(join(newest, 'weights.bin'));
    const weights = new Float32Array(Uint8Array.from(bytes).buffer);
    expect(weights.every(Number.isFinite)).toBe(true);
    expect(existsSync(join(run.directory, 'model'))).toBe(false);
    diverging.dispose();
  });

  it('that failed can go on from its checkpoint with what the person says now, not what was said before', async () => {
    const run = harness.create({ iterations: 12, learningRate: 0.05, checkpointEvery: 4 });
    await harness.work(run, { killAt: 7, tunings: { 6: { learningRate: 10 } } });
    await harness.work(run, { tuning: { learningRate: 0.01 } });
    const rates = harness
      .records(run, 'iteration')
      .slice(7)
      .map(({ learningRate }) => learningRate);
    expect(rates[0]).toBeCloseTo(0.01, 12);
    expect(rates[1]).toBeCloseTo(0.01, 12);
  });
});

describe('a run that was interrupted has the bits of one that was not', () => {
  const configuration = { iterations: 18, learningRate: 0.05, seed: 9, checkpointEvery: 4, evaluateEvery: 5, ...smd(0.4) };
  const tunings = {
    6: { smd: { dropProbability: 0.7 } },
    11: { learningRate: 0.02, iterations: 20 },
    15: { smd: { enabled: false } },
  };
  let expected: Buffer;
  let total: number;
  beforeAll(async () => {
    const run = harness.create(configuration);
    await harness.work(run, { tunings });
    expected = harness.finalWeights(run);
    total = harness.records(run, 'iteration').length;
  });

  it('and its tunings are noted with the iteration they apply to', async () => {
    const run = harness.create(configuration);
    await harness.work(run, { tunings });
    const noted = harness.records(run, 'tuning').map(({ iteration, tuning }) => [iteration, tuning]);
    expect(noted).toEqual(Object.entries(tunings).map(([iteration, tuning]) => [Number(iteration), tuning]));
    const rates = harness.records(run, 'iteration').map(({ dropProbability }) => dropProbability);
    expect([rates[4], rates[5], rates[13], rates[14]]).toEqual([0.4, 0.7, 0.7, 0]);
  });

  it('when it was killed after any iteration', async () => {
    for (let killAt = 1; killAt <= total; killAt++) {
      const run = harness.create(configuration);
      expect(await harness.work(run, { killAt, tunings })).toBe('killed');
      const later = Object.fromEntries(Object.entries(tunings).filter(([iteration]) => Number(iteration) > killAt));
      expect(await harness.work(run, { tunings: later })).toBe('finished');
      expect(harness.finalWeights(run).equals(expected), `killed after iteration ${killAt}`).toBe(true);
    }
  });

  it('when it was stopped after any iteration', async () => {
    for (let stopAt = 1; stopAt < total; stopAt += 2) {
      const run = harness.create(configuration);
      expect(await harness.work(run, { stopAt, tunings })).toBe('stopped');
      expect(harness.records(run, 'checkpoint').at(-1)!.iteration).toBe(stopAt);
      const later = Object.fromEntries(Object.entries(tunings).filter(([iteration]) => Number(iteration) > stopAt + 1));
      expect(await harness.work(run, { tunings: later })).toBe('finished');
      expect(harness.finalWeights(run).equals(expected), `stopped after iteration ${stopAt}`).toBe(true);
      expect(harness.records(run, 'iteration')).toHaveLength(total);
    }
  });

  it('when it was killed twice, and its newest checkpoint is damaged', async () => {
    for (const damage of ['trainer.json', 'trainer.bin', 'weights.bin', 'model.json']) {
      const run = harness.create(configuration);
      await harness.work(run, { killAt: 7, tunings });
      await harness.work(run, { killAt: 13, tunings: { 11: tunings[11] } });
      const newest = join(run.directory, 'checkpoints', checkpointsOf(run).at(-1)!);
      expect(newest).toMatch(/iteration-0*12$/);
      truncateSync(join(newest, damage), 100);
      harness.messages.length = 0;
      expect(await harness.work(run, { tunings: { 15: tunings[15] } })).toBe('finished');
      expect(harness.messages[0]).toBe(
        `The checkpoint at iteration 12 cannot be used: Its ${damage} is damaged. The one before it is taken instead.`,
      );
      expect(harness.finalWeights(run).equals(expected), damage).toBe(true);
    }
  });

  it('or fails in one sentence when all its checkpoints were written by another version', async () => {
    const run = harness.create(configuration);
    await harness.work(run, { killAt: 9, tunings });
    for (const name of checkpointsOf(run)) {
      const path = join(run.directory, 'checkpoints', name, 'trainer.json');
      const { content } = JSON.parse(readFileSync(path, 'utf8'));
      delete content.state.batchesTaken;
      const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex');
      writeFileSync(path, JSON.stringify({ format: 1, content, digest }));
    }
    await expect(harness.work(run)).rejects.toThrow(
      'The checkpoint at iteration 8 cannot be used: It was written by another version of E2-Train. No other can be used either; start a new run.',
    );
  });

  it('when a checkpoint was cut short by a power failure', async () => {
    const run = harness.create(configuration);
    await harness.work(run, { killAt: 9, tunings });
    const half = join(run.directory, 'checkpoints', 'iteration-00000012.partial');
    mkdirSync(half);
    writeFileSync(join(half, 'model.json'), '{');
    await harness.work(run, { tunings });
    expect(harness.finalWeights(run).equals(expected)).toBe(true);
  });
});

describe('a run that averages its weights', () => {
  const swa = { enabled: true, startShare: 0.5, every: 3, batchNormBatches: 2 };
  const configuration = { iterations: 24, learningRate: 0.05, seed: 4, checkpointEvery: 5, evaluateEvery: 8, savers: { swa } };
  const tunings = { 10: { swa: { every: 2 } }, 19: { iterations: 26 } };

  it('lowers its learning rate once, at half, tests the average once there is one and gives it as its model', async () => {
    const run = harness.create(configuration);
    await harness.work(run);
    const rates = harness.records(run, 'iteration').map(({ learningRate }) => learningRate);
    expect(rates).toEqual([...Array(12).fill(0.05), ...Array(12).fill(0.05 * 0.3)]);
    // Taken after 12, 15, 18, 21 and 24.
    expect(harness.records(run, 'evaluation').map(({ iteration, averagedWeights }) => [iteration, averagedWeights])).toEqual([
      [8, undefined],
      [16, 2],
      [24, 5],
    ]);
    const [first, , last] = harness.records(run, 'evaluation');
    expect(first!.lastIterate).toBeUndefined();
    expect(last!.lastIterate!.loss).not.toBe(last!.loss);
    const model = JSON.parse(readFileSync(join(run.directory, 'model', 'model.json'), 'utf8'));
    expect(model.userDefinedMetadata.averagedWeights).toBe(5);
    // The checkpoint goes on from the last weights.
    const newest = join(run.directory, 'checkpoints', checkpointsOf(run).at(-1)!, 'weights.bin');
    expect(readFileSync(newest).equals(harness.finalWeights(run))).toBe(false);
  });

  it('is not disturbed by testing the average', async () => {
    const last = async (evaluateEvery: number) => {
      const run = harness.create({ ...configuration, evaluateEvery });
      await harness.work(run);
      return harness.records(run, 'iteration').at(-1)!.loss;
    };
    expect(await last(2)).toBe(await last(100));
  });

  it('has the bits of an uninterrupted one when it was killed after any iteration', async () => {
    const whole = harness.create(configuration);
    await harness.work(whole, { tunings });
    const expected = harness.finalWeights(whole);
    const evaluation = harness.records(whole, 'evaluation').at(-1)!;
    // After 12, 14 … 26.
    expect(evaluation.averagedWeights).toBe(8);
    for (let killAt = 1; killAt <= 26; killAt++) {
      const run = harness.create(configuration);
      expect(await harness.work(run, { killAt, tunings })).toBe('killed');
      const later = Object.fromEntries(Object.entries(tunings).filter(([iteration]) => Number(iteration) > killAt));
      expect(await harness.work(run, { tunings: later })).toBe('finished');
      expect(harness.finalWeights(run).equals(expected), `killed after iteration ${killAt}`).toBe(true);
      expect(harness.records(run, 'evaluation').at(-1), `killed after iteration ${killAt}`).toEqual(evaluation);
    }
  });

  it('forgets its average when averaging is switched off or begins later after all', async () => {
    const off = harness.create(configuration);
    await harness.work(off, { tunings: { 20: { swa: { enabled: false } } } });
    expect(harness.records(off, 'evaluation').at(-1)).not.toHaveProperty('averagedWeights');
    const longer = harness.create(configuration);
    await harness.work(longer, { tunings: { 17: { iterations: 48 } } });
    // Half of 48 is 24: taken after 24, 27 … 48.
    expect(harness.records(longer, 'evaluation').at(-1)!.averagedWeights).toBe(9);
  });
});

describe('checkpoints', () => {
  it('are models that stand beside the trainer’s state, and old ones are removed', async () => {
    const run = harness.create({ iterations: 20, checkpointEvery: 2 });
    await harness.work(run);
    expect(checkpointsOf(run)).toEqual(['iteration-00000016', 'iteration-00000018', 'iteration-00000020']);
    const newest = join(run.directory, 'checkpoints', 'iteration-00000020');
    expect(readdirSync(newest).sort()).toEqual(['model.json', 'trainer.bin', 'trainer.json', 'weights.bin']);
    expect(readFileSync(join(newest, 'weights.bin')).equals(harness.finalWeights(run))).toBe(true);
  });

  it('end with one of the last iteration, from which a run whose final model was lost finishes without training', async () => {
    const run = harness.create({ iterations: 7, checkpointEvery: 3 });
    await harness.work(run);
    expect(checkpointsOf(run)).toEqual(['iteration-00000003', 'iteration-00000006', 'iteration-00000007']);
    const model = harness.finalWeights(run);
    rmSync(join(run.directory, 'model'), { recursive: true });
    let iterations = 0;
    await harness.work(run, { afterIteration: () => iterations++ });
    expect(iterations).toBe(0);
    expect(harness.finalWeights(run).equals(model)).toBe(true);
  });

  it('that cannot be written leave the run training, with one warning for each reason; without its final model it fails in a sentence', async () => {
    const run = harness.create({ iterations: 6, checkpointEvery: 3 });
    // A file where the folder should be: refused to root as well, whom permissions do not stop.
    writeFileSync(join(run.directory, 'checkpoints'), '');
    harness.messages.length = 0;
    expect(await harness.work(run)).toBe('finished');
    expect(harness.messages).toHaveLength(1);
    expect(harness.messages[0]).toMatch(/^The checkpoint at iteration 3 could not be written: .* Training goes on\.$/);

    const lost = harness.create({ iterations: 3, checkpointEvery: 1000 });
    const afterIteration = (iteration: number) => {
      if (iteration < 3) return;
      rmSync(lost.directory, { recursive: true });
      writeFileSync(lost.directory, '');
    };
    await expect(harness.work(lost, { afterIteration })).rejects.toThrow(/^The folder .* cannot be made since a file is in its place/);
  });
});
