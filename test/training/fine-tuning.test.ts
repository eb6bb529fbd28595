import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine';
import { createLocalEngine } from '../../src/engine/local/local-engine';
import { Random } from '../../src/platform/random';
import type { RunFolder } from '../../src/runs/run-folder';
import { readTrainedModel, startingWeights, withClasses } from '../../src/training/fine-tuning';
import { initializeWeights } from '../../src/training/initialize-weights';
import { GraphBuilder } from './graph-builder';
import { RunHarness } from './run-harness';
import { smallResNet } from './small-resnet';

const graph = smallResNet([8, 8, 3], 5, 1);
const slu = { enabled: true, skipRatio: 0.3 };
let engine: Engine;
let harness: RunHarness;
let trained: RunFolder;
let folder: string;
beforeAll(async () => {
  engine = await createLocalEngine({ build: 'native', threads: 1 });
  harness = new RunHarness(engine, graph);
  trained = harness.create({ iterations: 80, learningRate: 0.05, augment: false, savers: { slu } });
  await harness.work(trained);
  folder = join(trained.directory, 'model');
});
afterAll(async () => {
  harness.dispose();
  await engine.dispose();
});

describe('a run that begins with a trained model', () => {
  it('goes on where that one ended, gates included', async () => {
    const run = harness.create({ iterations: 2, learningRate: 0, augment: false, startFrom: folder, savers: { slu }, evaluateEvery: 2 });
    await harness.work(run);
    const test = (of: RunFolder) => harness.records(of, 'evaluation').at(-1)!;
    expect(harness.records(run, 'iteration')[0]!.loss!).toBeLessThan(harness.records(trained, 'iteration')[0]!.loss! / 2);
    // Only the statistics of batch norm have moved; the gates are shifted by what two batches ran too much or too little.
    expect(Math.abs(test(run).gates!.full.accuracy - test(trained).gates!.full.accuracy)).toBeLessThan(0.15);
    // Branches count as they did while they could be skipped, not by the share that went into the kept model's weights.
    const state = async (of: RunFolder) => (await readTrainedModel(join(of.directory, 'model'))).metadata.branchShares!;
    expect(Object.values(await state(trained)).every((share) => share > 0.2 && share < 1)).toBe(true);
    const newest = readdirSync(join(trained.directory, 'checkpoints')).sort().at(-1)!;
    const raw = (await readTrainedModel(join(trained.directory, 'checkpoints', newest))).weights;
    const begun = (
      await readTrainedModel(join(run.directory, 'checkpoints', readdirSync(join(run.directory, 'checkpoints')).sort().at(-1)!))
    ).weights;
    for (const name of ['block2_bn2/gamma', 'block3_bn2/beta'])
      for (const [i, value] of begun.get(name)!.entries()) expect(value, name).toBeCloseTo(raw.get(name)![i]!, 5);
    const gates = async (of: RunFolder) => (await readTrainedModel(join(of.directory, 'model'))).weights.get('gates/lstm/input');
    expect(await gates(run)).toEqual(await gates(trained));
  });

  it('fails in one sentence when the model is gone', async () => {
    const run = harness.create({ iterations: 2, startFrom: join(folder, 'nowhere') });
    await expect(harness.work(run)).rejects.toThrow(
      `There is no trained model in ${join(folder, 'nowhere')}: name a finished run, or a folder with model.json and weights.bin.`,
    );
  });
});

describe('weights to start from', () => {
  const untrained = (of: typeof graph) => initializeWeights(of, new Random(4, 'weights'));

  it('are those that are stored, but for a new last layer where the classes are others', async () => {
    const wider = withClasses(graph, 7);
    expect(wider.layers.at(-1)!.outputShape).toEqual([7]);
    const { weights } = await readTrainedModel(folder);
    const fresh = untrained(wider);
    const start = startingWeights(wider, weights, fresh);
    expect([...start.keys()]).toEqual([...fresh.keys()]);
    for (const [name, values] of start) expect(values, name).toBe(name.startsWith('dense/') ? fresh.get(name) : weights.get(name));
    expect(startingWeights(graph, weights, untrained(graph)).get('dense/kernel')).toBe(weights.get('dense/kernel'));
  });

  it('are refused in one sentence when they are another network’s', async () => {
    const { weights } = await readTrainedModel(folder);
    const deeper = smallResNet([8, 8, 3], 5, 2);
    expect(() => startingWeights(deeper, weights, untrained(deeper))).toThrow(
      'The trained model does not fit the network “small-resnet”: “block4_conv1/kernel” takes 576 values, and the trained model has no such ' +
        'weights; start from a model of the same network.',
    );
  });

  it('cannot have another number of classes where no dense layer ends the network', () => {
    const bare = new GraphBuilder([8, 8, 3]).conv('conv', 'input', 5, 3).globalPool('pool', 'conv').build('bare');
    expect(() => withClasses(bare, 7)).toThrow(
      'The model “bare” does not end with a dense layer, so it cannot learn 7 classes instead of its own.',
    );
  });
});
