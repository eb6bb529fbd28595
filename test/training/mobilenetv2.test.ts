import { describe, expect, it } from 'vitest';
import { createLocalEngine } from '../../src/engine/local/local-engine';
import { elementsOf } from '../../src/network/graph-queries';
import { buildMobileNetV2 } from '../../src/network/mobilenetv2';
import { Random } from '../../src/platform/random';
import { compileNetwork } from '../../src/training/compile/compile-network';
import { initializeWeights } from '../../src/training/initialize-weights';
import { Trainer } from '../../src/training/trainer';
import { noise } from '../engine/noise';
import fixture from './fixtures/mobilenetv2-pass.json';

const samples = 8;
const inputShape = [16, 16, 3];
const graph = buildMobileNetV2({ inputShape, classes: 10 });
const images = noise(samples * elementsOf(inputShape), 5000);
const labels = Int32Array.from({ length: samples }, (_, sample) => sample);

/** Mean and reach of a weight's values in the fixture. */
function spread(role: string, shape: readonly number[], isDepthwise: boolean): [mean: number, reach: number] {
  if (role !== 'kernel') return [role === 'gamma' ? 1 : 0, 0.5];
  return [0, Math.sqrt(6 / elementsOf(isDepthwise ? shape.slice(0, 2) : shape.slice(0, -1)))];
}

describe('MobileNetV2', () => {
  // Expected: PyTorch in float64 (fixtures/make-mobilenetv2-pass.py). A ReLU6 whose input rounding moves over 0 or 6 changes all gradients
  // below it: PyTorch's own float32 is 1.8 % of a gradient's norm away, so three times that is allowed. Single operations are held tightly elsewhere.
  it.each(['native', 'wasm'] as const)('has on %s the loss and the gradients that PyTorch gives', async (build) => {
    const engine = await createLocalEngine({ build, threads: 2 });
    const network = compileNetwork(graph, { batchSize: samples, momentum: 0, weightDecay: 0, keepGradients: true });
    const executable = await engine.compile(network.program);
    const trained = network.weights.filter(({ trainable }) => trainable);
    expect(trained).toHaveLength(fixture.gradients.length);
    trained.forEach(({ name, tensor, role, shape }, seed) => {
      const [mean, reach] = spread(role, shape, name.endsWith('/depthwise_kernel'));
      executable.write(
        tensor,
        noise(elementsOf(shape), seed).map((value) => mean + reach * value),
      );
    });
    executable.write(network.images, images);
    executable.write(network.labels, labels);
    executable.write(network.learningRate, Float32Array.of(0));
    executable.run('train', samples);
    expect(executable.read(network.trainMetrics)[0]).toBeCloseTo(fixture.loss, 4);
    const largestNorm = Math.max(...fixture.gradients.map(([norm]) => norm!));
    trained.forEach(({ name, shape }, seed) => {
      const gradient = executable.read(network.gradients.get(name)!);
      const product = noise(elementsOf(shape), 1000 + seed).reduce((sum, value, i) => sum + value * gradient[i]!, 0);
      const [norm, expected] = fixture.gradients[seed] as [number, number];
      // Shifts before a 1×1 convolution that batch norm follows have no gradient but rounding.
      expect(Math.abs(product - expected) / Math.max(norm, 1e-5 * largestNorm), name).toBeLessThan(3 * fixture.float32Deviation);
    });
    executable.dispose();
    await engine.dispose();
  });

  it('learns a batch by heart in 15 steps from its initial weights', async () => {
    const engine = await createLocalEngine({ build: 'auto', threads: 2 });
    const trainer = await Trainer.create(graph, engine, { batchSize: samples, momentum: 0.9, weightDecay: 1e-4 });
    trainer.writeWeights(initializeWeights(graph, new Random(1, 'weights')));
    const losses = Array.from({ length: 15 }, () => trainer.step({ images, labels }, { learningRate: 0.05, dropoutSeeds: [] }).loss);
    expect(losses[0]).toBeGreaterThan(1.5);
    expect(losses.at(-1)).toBeLessThan(0.5);
    trainer.dispose();
    await engine.dispose();
  });
});
