import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../../src/engine/engine';
import { createLocalEngine } from '../../../src/engine/local/local-engine';
import { buildResNet } from '../../../src/network/resnet';
import type { RunConfigurationInput } from '../../../src/protocol/configuration';
import { metricRecordSchema } from '../../../src/protocol/records';
import type { RunFolder } from '../../../src/runs/run-folder';
import { predictImages } from '../../../src/training/predict';
import { GraphBuilder } from '../graph-builder';
import { RunHarness } from '../run-harness';
import { smallResNet } from '../small-resnet';

const graph = buildResNet({ depth: 14, inputShape: [8, 8, 3], classes: 5 });
let engine: Engine;
let harness: RunHarness;
/** On a network with three gated blocks of few channels. */
let narrow: RunHarness;
beforeAll(async () => {
  engine = await createLocalEngine({ build: 'native', threads: 2 });
  harness = new RunHarness(engine, graph);
  narrow = new RunHarness(engine, smallResNet([8, 8, 3], 5, 2));
});
afterAll(async () => {
  harness.dispose();
  narrow.dispose();
  await engine.dispose();
});

const slu = { enabled: true, skipRatio: 0.4, blocks: 'all' as const };

/** Records without what the clock says, and of repeated iterations the last. */
function timeless(run: RunFolder): string[] {
  const records = new Map<string, string>();
  for (const { record } of run.readRecords()) {
    if (!['iteration', 'evaluation', 'blockExecution'].includes(record.type)) continue;
    const { seconds: _, imagesPerSecond: __, ...rest } = record as unknown as Record<string, unknown>;
    records.set(`${record.type} ${record.iteration}`, JSON.stringify(rest));
  }
  return [...records.values()].sort();
}

describe('a run with SLU', () => {
  it('learns, skips about what it is to skip, pays for what ran, and tests three ways of inference', async () => {
    const run = harness.create({ iterations: 60, learningRate: 0.05, seed: 3, augment: false, savers: { slu } });
    expect(await harness.work(run)).toBe('finished');
    for (const { record } of run.readRecords()) expect(metricRecordSchema.safeParse(record).error).toBeUndefined();
    const blocks = harness.records(run, 'blockExecution');
    expect(blocks.map(({ iteration }) => iteration)).toEqual([10, 20, 30, 40, 50, 60]);
    for (const record of blocks) {
      expect(record.targetShare).toBeCloseTo(0.6, 12);
      expect(record.blocks).toHaveLength(5);
      expect(record.gateSpread).toHaveLength(5);
    }
    const mean = blocks.reduce((sum, { executedShare }) => sum + executedShare, 0) / blocks.length;
    expect(Math.abs(mean - 0.6)).toBeLessThan(0.1);

    const last = harness.records(run, 'iteration').at(-1)!;
    expect(last.energyJ / last.baselineEnergyJ).toBeGreaterThan(0.6);
    expect(last.energyJ / last.baselineEnergyJ).toBeLessThan(0.95);
    const predicted = harness.records(run, 'prediction')[0]!.energyJ;
    expect(Math.abs(predicted / last.energyJ - 1)).toBeLessThan(0.05);

    const evaluation = harness.records(run, 'evaluation').at(-1)!;
    expect(evaluation.accuracy).toBeGreaterThan(0.6);
    const { sampled, full, threshold, trainedShare } = evaluation.gates!;
    expect(sampled).toMatchObject({ loss: evaluation.loss, accuracy: evaluation.accuracy });
    expect(full.executedShare).toBeCloseTo(1, 12);
    expect(sampled.executedShare).toBeLessThan(0.9);
    expect(sampled.inferenceJ).toBeLessThan(full.inferenceJ);
    expect(trainedShare).toBe(blocks.at(-1)!.executedShare);
    expect(threshold.inferenceJ).toBeGreaterThan(0);
    // The model that is kept has its gates beside it.
    const model = JSON.parse(readFileSync(join(run.directory, 'model', 'model.json'), 'utf8'));
    const gates = model.userDefinedMetadata.gates as { shape: number[] }[];
    const values = gates.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(readFileSync(join(run.directory, 'model', 'gates.bin'))).toHaveLength(4 * values);
  });

  it('has no effect, and says so, on a network without blocks to skip', async () => {
    const plain = new GraphBuilder([8, 8, 3])
      .conv('conv', 'input', 4, 3)
      .flatten('flatten', 'conv')
      .dense('dense', 'flatten', 5)
      .build('plain');
    const other = new RunHarness(engine, plain);
    const run = other.create({ iterations: 4, savers: { slu, smd: { enabled: true } } });
    expect(await other.work(run)).toBe('finished');
    expect(other.messages[0]).toBe(
      'No block of the model “plain” can be skipped, since it has no residual blocks: SLU and stochastic depth have no effect, other savers do.',
    );
    expect(other.records(run, 'blockExecution')).toEqual([]);
    expect(other.records(run, 'evaluation')[0]).not.toHaveProperty('gates');
    other.dispose();
  });
});

describe('a run with all of SLU, SMD and SWA that was interrupted has the records and bits of one that was not', () => {
  const configuration = {
    ...{ iterations: 24, learningRate: 0.05, seed: 9, checkpointEvery: 4, evaluateEvery: 8 },
    savers: {
      slu,
      smd: { enabled: true, dropProbability: 0.3, scheduleStretch: 1 },
      swa: { enabled: true, startShare: 0.4, every: 2, batchNormBatches: 2 },
    },
  };
  const tunings = {
    7: { slu: { skipRatio: 0.7 } },
    11: { slu: { estimator: 'plain' as const, blocks: 'identity' as const } },
    14: { slu: { enabled: false } },
    17: { slu: { enabled: true } },
    20: { stochasticDepth: { enabled: true, skipRatio: 0.3 } },
  };
  const work = async (killAt?: number) => {
    const run = narrow.create(configuration);
    if (killAt !== undefined) expect(await narrow.work(run, { killAt, tunings })).toBe('killed');
    const later = Object.fromEntries(Object.entries(tunings).filter(([iteration]) => killAt === undefined || Number(iteration) > killAt));
    expect(await narrow.work(run, { tunings: later })).toBe('finished');
    return { records: timeless(run), weights: narrow.finalWeights(run) };
  };

  it('when it was killed after any iteration', { timeout: 240_000 }, async () => {
    const whole = await work();
    for (let killAt = 1; killAt <= 24; killAt++) {
      const resumed = await work(killAt);
      expect(resumed.weights.equals(whole.weights), `killed after iteration ${killAt}`).toBe(true);
      expect(resumed.records, `killed after iteration ${killAt}`).toEqual(whole.records);
    }
  });
});

describe('a run with stochastic depth', () => {
  it('skips blocks for whole batches, later ones more often, and has no gates', async () => {
    const savers = { stochasticDepth: { enabled: true, skipRatio: 0.4 } };
    const run = harness.create({ iterations: 120, learningRate: 0.05, seed: 3, augment: false, savers });
    await harness.work(run);
    const blocks = harness.records(run, 'blockExecution');
    const mean = blocks.reduce((sum, { executedShare }) => sum + executedShare, 0) / blocks.length;
    // 120 draws of five blocks: standard deviation sqrt(0.2 / 600) = 0.02.
    expect(Math.abs(mean - 0.6)).toBeLessThan(0.06);
    const executed = (block: number) => blocks.reduce((sum, record) => sum + record.executed[block]!, 0);
    expect(executed(0)).toBeGreaterThan(executed(4));
    expect(blocks[0]).not.toHaveProperty('gateProbability');
    const evaluation = harness.records(run, 'evaluation').at(-1)!;
    expect(evaluation.accuracy).toBeGreaterThan(0.6);
    expect(evaluation).not.toHaveProperty('gates');
    const last = harness.records(run, 'iteration').at(-1)!;
    expect(last.energyJ / last.baselineEnergyJ).toBeLessThan(0.9);
  });
});

describe('the model that is kept', () => {
  /** Mean cross-entropy of the kept model, which runs all blocks, over the test images. */
  async function keptLoss(run: RunFolder): Promise<number> {
    const { test } = narrow.dataset;
    const images = Array.from({ length: test.count }, (_, image) => test.pixels.slice(image * 192, (image + 1) * 192));
    const predictions = await predictImages(run.directory, images, engine);
    return predictions.reduce((sum, { probabilities }, image) => sum - Math.log(probabilities[test.labels[image]!]!), 0) / images.length;
  }
  const train = async (savers: RunConfigurationInput['savers']) => {
    const run = narrow.create({ iterations: 60, learningRate: 0.05, augment: false, savers });
    await narrow.work(run);
    return { run, evaluation: narrow.records(run, 'evaluation').at(-1)! };
  };

  it('gives without factors what stochastic depth was tested with', async () => {
    const { run, evaluation } = await train({ stochasticDepth: { enabled: true, skipRatio: 0.5 } });
    // Float32, in another order.
    expect(await keptLoss(run)).toBeCloseTo(evaluation.loss, 4);
  });

  it.each([
    ['', {}],
    [' and SWA', { swa: { enabled: true, startShare: 0.5, every: 2, batchNormBatches: 2 } }],
  ])('gives without gates what SLU%s was tested with when all blocks ran', async (_, others) => {
    const { run, evaluation } = await train({ slu: { ...slu, skipRatio: 0.6 }, ...others });
    expect(await keptLoss(run)).toBeCloseTo(evaluation.gates!.full.loss, 4);
    // Each branch counts by the share of samples that ran through it, which brings all blocks close to the gates.
    expect(Math.abs(evaluation.gates!.full.loss - evaluation.loss)).toBeLessThan(0.1);
  });
});
