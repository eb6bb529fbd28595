import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { observationBatches } from '../../src/datasets/observation-batches';
import type { Engine } from '../../src/engine/engine';
import { createLocalEngine } from '../../src/engine/local/local-engine';
import { Random } from '../../src/platform/random';
import { saversSchema } from '../../src/protocol/configuration';
import { withAveragedModel } from '../../src/training/averaged-model';
import { reestimateStatistics } from '../../src/training/batch-norm-statistics';
import { initializeWeights } from '../../src/training/initialize-weights';
import { Trainer } from '../../src/training/trainer';
import { WeightAverage } from '../../src/training/weight-average';
import { ReferenceEngine } from './reference-engine';
import { barsDataset } from './run-harness';
import { smallResNet } from './small-resnet';

const { swa } = saversSchema.parse({ swa: { enabled: true, startShare: 0.5, every: 3 } });

describe('the average of weights', () => {
  // Expected: the definition, a sum in float64 over the sets that are due, divided by their number.
  it('is the mean of the sets taken, every third from the start on', () => {
    const random = new Random(5, 'weights');
    const average = new WeightAverage();
    const taken: Float32Array[] = [];
    for (let iteration = 1; iteration <= 400; iteration++) {
      const values = Float32Array.from({ length: 7 }, () => random.normal());
      average.follow(swa, iteration, 400, () => new Map([['w', values.slice()]]));
      if (iteration >= 200 && (iteration - 200) % 3 === 0) taken.push(values);
    }
    expect(average.state).toEqual({ count: taken.length, takenAt: 398 });
    const mean = Array.from({ length: 7 }, (_, index) => taken.reduce((sum, values) => sum + values[index]!, 0) / taken.length);
    // Float32 is rounded at each of 67 steps: 67 · 2^-24 of values around 1.
    mean.forEach((expected, index) => {
      expect(Math.abs(average.weights.get('w')![index]! - expected)).toBeLessThan(4e-6);
    });
  });

  it('takes the next executed iteration where the due one was dropped', () => {
    const average = new WeightAverage();
    const weights = () => new Map([['w', Float32Array.of(1)]]);
    for (const iteration of [48, 51, 55, 57, 58]) average.follow(swa, iteration, 100, weights);
    expect(average.state).toEqual({ count: 3, takenAt: 58 });
  });
});

describe('batch-norm statistics', () => {
  const dataset = barsDataset();
  const graph = smallResNet();
  const options = { batchSize: 16, momentum: 0.9, weightDecay: 0 };
  const batches = () => observationBatches(dataset, { batchSize: 16, seed: 3, augment: true }, 5);
  let engine: Engine;
  beforeAll(async () => {
    engine = await createLocalEngine({ build: 'native', threads: 2 });
  });
  afterAll(() => engine.dispose());

  async function reestimatedBy(on: Engine): Promise<ReadonlyMap<string, Float32Array>> {
    const trainer = await Trainer.create(graph, on, options);
    trainer.writeWeights(initializeWeights(graph, new Random(8, 'weights')));
    expect(await reestimateStatistics(trainer, graph, batches(), () => false)).toBe(true);
    const weights = trainer.readWeights();
    trainer.dispose();
    return weights;
  }

  // Expected: mean and unbiased variance of the first convolution's outputs over each batch, computed here by the definition in float64.
  it('are the mean over batches of each batch’s mean and unbiased variance', async () => {
    const weights = await reestimatedBy(engine);
    const kernel = weights.get('conv/kernel')!;
    const expected = { mean: new Float64Array(4), variance: new Float64Array(4) };
    for (const { images } of batches()) {
      for (let channel = 0; channel < 4; channel++) {
        const values = convolved(images, kernel, channel);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expected.mean[channel]! += mean / 5;
        expected.variance[channel]! += values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1) / 5;
      }
    }
    for (let channel = 0; channel < 4; channel++) {
      expect(weights.get('bn/moving_mean')![channel]).toBeCloseTo(expected.mean[channel]!, 5);
      expect(weights.get('bn/moving_variance')![channel]! / expected.variance[channel]!).toBeCloseTo(1, 4);
    }
  });

  it('are those that the float64 reference engine gives, in every layer', async () => {
    const [ours, reference] = [await reestimatedBy(engine), await reestimatedBy(new ReferenceEngine())];
    for (const [name, values] of reference) {
      const largest = Math.max(...values.map(Math.abs));
      const worst = Math.max(...values.map((value, index) => Math.abs(value - ours.get(name)![index]!)));
      expect(worst, name).toBeLessThanOrEqual(1e-5 * largest);
    }
  });

  it('and weights are put back after the averaged model was used, also when it was abandoned', async () => {
    const trainer = await Trainer.create(graph, engine, options);
    trainer.writeWeights(initializeWeights(graph, new Random(8, 'weights')));
    const before = trainer.readWeights();
    const average = new WeightAverage();
    average.follow({ ...swa, startShare: 0 }, 1, 1, () => initializeWeights(graph, new Random(9, 'weights')));
    const parts = { trainer, graph, average, batches: [...batches()] };
    const used = await withAveragedModel(
      parts,
      () => false,
      async (weights) => weights,
    );
    expect(used!.get('conv/kernel')).toEqual(average.weights.get('conv/kernel'));
    expect(used!.get('bn/moving_variance')).not.toEqual(before.get('bn/moving_variance'));
    expect(trainer.readWeights()).toEqual(before);
    expect(
      await withAveragedModel(
        parts,
        () => true,
        async () => 'used',
      ),
    ).toBeUndefined();
    expect(trainer.readWeights()).toEqual(before);
    trainer.dispose();
  });
});

/** One channel of a 3×3 convolution with zeros around 8×8×3 images, by the definition. */
function convolved(images: Float32Array, kernel: Float32Array, channel: number): number[] {
  const values: number[] = [];
  for (let image = 0; image < images.length / 192; image++) {
    for (let row = 0; row < 8; row++) {
      for (let column = 0; column < 8; column++) {
        let sum = 0;
        for (let tap = 0; tap < 9; tap++) {
          const [y, x] = [row + Math.floor(tap / 3) - 1, column + (tap % 3) - 1];
          if (y < 0 || y > 7 || x < 0 || x > 7) continue;
          for (let input = 0; input < 3; input++)
            sum += images[image * 192 + (y * 8 + x) * 3 + input]! * kernel[(tap * 3 + input) * 4 + channel]!;
        }
        values.push(sum);
      }
    }
  }
  return values;
}
