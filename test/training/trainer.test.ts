import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/engine';
import { createLocalEngine } from '../../src/engine/local/local-engine';
import { Trainer } from '../../src/training/trainer';
import { relativeError } from '../engine/relative-error';
import fixture from './fixtures/small-resnet-steps.json';
import { ReferenceEngine } from './reference-engine';
import { smallResNet } from './small-resnet';

describe('two steps of SGD with momentum and weight decay on a residual network', () => {
  // Expected: PyTorch in float64 (fixtures/make-small-resnet-steps.py). The reference engine computes in float64 and hands over float32;
  // the engine's builds compute in float32, where batch norm over 64 values costs a digit or two.
  const engines: [name: string, create: () => Promise<Engine>, tolerance: number][] = [
    ['the float64 reference', async () => new ReferenceEngine(), 1e-6],
    ['native', () => createLocalEngine({ build: 'native', threads: 2 }), 1e-4],
    ['wasm-relaxed', () => createLocalEngine({ build: 'wasm-relaxed', threads: 1 }), 1e-4],
    ['wasm-plain', () => createLocalEngine({ build: 'wasm-plain', threads: 2 }), 1e-4],
  ];

  it.each(engines)(
    'give on %s the losses, weights, running statistics and predictions that PyTorch gives',
    async (_, create, tolerance) => {
      const engine = await create();
      const { learningRate, momentum, weightDecay } = fixture;
      const trainer = await Trainer.create(smallResNet(), engine, { batchSize: 4, momentum, weightDecay });
      trainer.writeWeights(new Map(Object.entries(fixture.before).map(([name, values]) => [name, Float32Array.from(values)])));
      const batch = { images: Float32Array.from(fixture.images), labels: Int32Array.from(fixture.labels) };
      for (const loss of fixture.losses) expect(trainer.step(batch, { learningRate, dropoutSeeds: [] }).loss).toBeCloseTo(loss, 4);

      const after = trainer.readWeights();
      expect([...after.keys()].sort()).toEqual(Object.keys(fixture.after).sort());
      for (const [name, expected] of Object.entries(fixture.after)) {
        expect(relativeError(after.get(name)!, expected), name).toBeLessThan(tolerance);
      }

      const probabilities = trainer.predict(batch.images, 4);
      const logits = fixture.evaluationLogits;
      for (let sample = 0; sample < 4; sample++) {
        const row = logits.slice(sample * 5, sample * 5 + 5).map(Math.exp);
        const sum = row.reduce((a, b) => a + b, 0);
        const expected = row.map((value) => value / sum);
        expect(relativeError(probabilities.subarray(sample * 5, sample * 5 + 5), expected)).toBeLessThan(10 * tolerance);
      }
      trainer.dispose();
      await engine.dispose();
    },
  );
});
