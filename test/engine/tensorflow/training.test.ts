import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/engine';
import { createLocalEngine } from '../../../src/engine/local/local-engine';
import { createTensorFlowEngine } from '../../../src/engine/tensorflow/tensorflow-engine';
import { loadTensorFlow } from '../../../src/engine/tensorflow/tensorflow-library';
import { buildResNet } from '../../../src/network/resnet';
import { Random } from '../../../src/platform/random';
import { initializeWeights } from '../../../src/training/initialize-weights';
import { Trainer } from '../../../src/training/trainer';
import { relativeError } from '../relative-error';
import { decode, step, trained } from '../residual-step';

/** Relative to each tensor's largest value, through ten layers of float32 against float64. */
const tolerance = 2e-5;
const batchSize = 16;

describe('Training by TensorFlow', () => {
  let tensorflow: Engine;
  let native: Engine;
  beforeAll(async () => {
    tensorflow = await createTensorFlowEngine(2);
    native = await createLocalEngine({ build: 'native', threads: 2 });
  });
  afterAll(async () => {
    await Promise.all([tensorflow?.dispose(), native?.dispose()]);
  });

  test.each([5, 9])('does one step of a residual network as PyTorch does it, in memory for %i samples', async (samples) => {
    const { read } = await trained(tensorflow, 1, samples);
    const [loss, hits] = Array.from(read('metrics'));
    expect(loss).toBeCloseTo(step.loss, 5);
    expect(hits).toBe(step.hits);
    for (const [name, { values }] of Object.entries(step.gradients))
      expect(relativeError(read(`gradient of ${name}`), decode(values)), `gradient of ${name}`).toBeLessThan(tolerance);
    for (const [name, { values }] of Object.entries(step.after))
      expect(relativeError(read(name), decode(values)), name).toBeLessThan(tolerance);
  });

  test('gives the same bits twice', async () => {
    const bits = async () => {
      const { read } = await trained(tensorflow, 20);
      return Object.keys(step.before).map((name) => Buffer.from((read(name) as Float32Array).buffer).toString('base64'));
    };
    expect(await bits()).toEqual(await bits());
  });

  const graph = buildResNet({ depth: 8, inputShape: [32, 32, 3], classes: 10 });
  const trainerOn = (engine: Engine) => Trainer.create(graph, engine, { batchSize, momentum: 0.9, weightDecay: 1e-4 });
  const batches = Array.from({ length: 8 }, (_, index) => {
    const random = new Random(index, 'images');
    const labels = Int32Array.from({ length: batchSize }, (_, i) => (i + index) % 10);
    // A class has a brightness of its own under noise: something to learn.
    const images = Float32Array.from(
      { length: batchSize * 3072 },
      (_, i) => random.uniform() - 0.5 + labels[Math.floor(i / 3072)]! / 5 - 1,
    );
    return { images, labels };
  });

  test('of ResNet-8 has the losses and predictions of our own engine, and takes up its weights and momenta', async () => {
    const [ours, theirs] = await Promise.all([trainerOn(native), trainerOn(tensorflow)]);
    ours!.writeWeights(initializeWeights(graph, new Random(1, 'weights')));
    theirs!.writeWeights(ours!.readWeights());
    const losses = (trainer: Trainer, from: number, to: number) =>
      batches.slice(from, to).map((batch) => trainer.step(batch, { learningRate: 0.02, dropoutSeeds: [] }).loss);
    // Rounding grows from step to step, where it moves a ReLU's input over zero above all: hence so much more than in one operation.
    const near = (actual: number[], expected: number[]) => expect(relativeError(actual, expected)).toBeLessThan(2e-3);
    near(losses(theirs!, 0, 4), losses(ours!, 0, 4));
    theirs!.writeWeights(ours!.readWeights());
    theirs!.writeMomenta(ours!.readMomenta());
    const fromTheSameState = [losses(theirs!, 4, 8), losses(ours!, 4, 8)] as const;
    near(...fromTheSameState);
    expect(fromTheSameState[0][3]).toBeLessThan(2.3);
    const last = batches.at(-1)!;
    theirs!.writeWeights(ours!.readWeights());
    expect(relativeError(theirs!.predict(last.images, 7), ours!.predict(last.images, 7))).toBeLessThan(1e-4);
    for (const trainer of [ours!, theirs!]) trainer.dispose();
  });

  test('holds the same number of tensors after every step, and none when it is disposed of', async () => {
    const { binding } = loadTensorFlow(2);
    const before = binding.getNumOfTensors();
    const trainer = await trainerOn(tensorflow);
    trainer.writeWeights(initializeWeights(graph, new Random(1, 'weights')));
    const held = batches.map((batch, index) => {
      trainer.step(batch, { learningRate: 0.02, dropoutSeeds: [] });
      trainer.evaluate({ images: batch.images.subarray(0, 3072 * (1 + index)), labels: batch.labels.subarray(0, 1 + index) });
      trainer.readWeights();
      return binding.getNumOfTensors();
    });
    expect(new Set(held.slice(1)).size).toBe(1);
    trainer.dispose();
    expect(binding.getNumOfTensors()).toBe(before);
  });
});
