import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Normalization } from '../../src/datasets/dataset';
import type { Engine } from '../../src/engine/engine';
import { createLocalEngine } from '../../src/engine/local/local-engine';
import { describeModel, predictImages } from '../../src/training/predict';
import { RunHarness } from './run-harness';
import { smallResNet } from './small-resnet';

let engine: Engine;
let harness: RunHarness;
let directory: string;
let evaluatedAccuracy: number;
let testImages: Uint8Array[];

beforeAll(async () => {
  engine = await createLocalEngine({ build: 'native', threads: 2 });
  harness = new RunHarness(engine, smallResNet());
  const run = harness.create({ iterations: 80, learningRate: 0.1, augment: false });
  expect(await harness.work(run)).toBe('finished');
  directory = run.directory;
  evaluatedAccuracy = harness.records(run, 'evaluation').at(-1)!.accuracy;
  const { count, pixels } = harness.dataset.test;
  testImages = Array.from({ length: count }, (_, image) => pixels.slice(image * 192, (image + 1) * 192));
});
afterAll(async () => {
  harness.dispose();
  await engine.dispose();
});

/** Opens a folder's model with TensorFlow.js as anyone would, the files handed over since plain tfjs has no file system. */
async function loadWithTensorFlow(folder: string): Promise<layers.LayersModel> {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const weightData = Uint8Array.from(readFileSync(join(folder, 'weights.bin'))).buffer;
  const weightSpecs = weightsManifest.flatMap((group: { weights: tf.io.WeightsManifestEntry[] }) => group.weights);
  return layers.loadLayersModel({ load: async () => ({ modelTopology, weightSpecs, weightData }) });
}

/** Of the test images, as a folder's model and its metadata say. */
async function probabilitiesByTensorFlow(folder: string): Promise<number[][]> {
  await tf.setBackend('cpu');
  const model = await loadWithTensorFlow(folder);
  const { userDefinedMetadata } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const { channelMean, channelDeviation } = userDefinedMetadata.normalization as Normalization;
  const normalized = (byte: number, i: number) => (byte / 255 - channelMean[i % 3]!) / channelDeviation[i % 3]!;
  const values = testImages.flatMap((image) => Array.from(image, normalized));
  return tf.tidy(() => (model.predict(tf.tensor4d(values, [testImages.length, 8, 8, 3])) as tf.Tensor).arraySync()) as number[][];
}

function share(labels: readonly number[]): number {
  const expected = harness.dataset.test.labels;
  return labels.filter((label, index) => label === expected[index]).length / labels.length;
}

describe('the model of a run that averaged its weights', () => {
  it('predicts in TensorFlow.js what the evaluation of the average saw', async () => {
    const swa = { enabled: true, startShare: 0.6, batchNormBatches: 4 };
    const run = harness.create({ iterations: 60, learningRate: 0.1, augment: false, savers: { swa } });
    await harness.work(run);
    const { accuracy, lastIterate } = harness.records(run, 'evaluation').at(-1)!;
    const { loss } = harness.records(run, 'evaluation').at(-1)!;
    expect(loss).not.toBe(lastIterate!.loss);
    const probabilities = await probabilitiesByTensorFlow(join(run.directory, 'model'));
    expect(share(probabilities.map((row) => row.indexOf(Math.max(...row))))).toBeCloseTo(accuracy, 9);
    const { labels } = harness.dataset.test;
    const crossEntropy = probabilities.reduce((sum, row, image) => sum - Math.log(row[labels[image]!]!), 0) / probabilities.length;
    // Both compute in float32.
    expect(crossEntropy).toBeCloseTo(loss, 4);
  });
});

describe('the model of a finished run', () => {
  it('learnt something, so that agreement below means something', () => {
    expect(evaluatedAccuracy).toBeGreaterThan(0.6);
  });

  it('predicts in TensorFlow.js what the run’s evaluation saw', async () => {
    const probabilities = await probabilitiesByTensorFlow(join(directory, 'model'));
    expect(share(probabilities.map((row) => row.indexOf(Math.max(...row))))).toBeCloseTo(evaluatedAccuracy, 9);

    // Both compute in float32, in other orders.
    const ours = await predictImages(directory, testImages, engine);
    const worst = Math.max(...ours.flatMap((one, image) => [...one.probabilities].map((p, k) => Math.abs(p - probabilities[image]![k]!))));
    expect(worst).toBeLessThan(1e-5);
  });

  it('predicts with our own engine, in batches, what the run’s evaluation saw', async () => {
    const { classes } = harness.dataset;
    const predictions = await predictImages(directory, [...testImages, ...testImages], engine);
    expect(predictions).toHaveLength(74);
    expect(share(predictions.slice(0, 37).map(({ label }) => classes.indexOf(label)))).toBeCloseTo(evaluatedAccuracy, 9);
    for (const { probabilities, probability } of predictions) {
      expect(probabilities.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
      expect(probability).toBe(Math.max(...probabilities));
    }
  });

  it('says what it takes and what it tells apart', async () => {
    expect(await describeModel(directory)).toEqual({
      inputShape: [8, 8, 3],
      classes: ['one', 'two', 'three', 'four', 'five'],
      dataset: 'bars',
    });
  });

  it('opens from a checkpoint, too', async () => {
    const newest = join(directory, 'checkpoints', 'iteration-00000080');
    const model = await loadWithTensorFlow(newest);
    expect(model.countParams()).toBe((await loadWithTensorFlow(join(directory, 'model'))).countParams());
  });

  it('refuses images of another size and runs without a model in one sentence', async () => {
    await expect(predictImages(directory, [new Uint8Array(10)], engine)).rejects.toThrow(
      'Image 1 has 10 values; the model takes 8×8×3, that is 192.',
    );
    const unfinished = harness.create({ iterations: 5 });
    await expect(predictImages(unfinished.directory, testImages, engine)).rejects.toThrow(
      'has no finished model to predict with; let it finish first.',
    );
  });
});
