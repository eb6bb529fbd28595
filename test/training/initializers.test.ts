import { describe, expect, it } from 'vitest';
import { Random } from '../../src/platform/random';
import { initialValues } from '../../src/training/initializers';

const kernelShape = [3, 3, 16, 64];
const owner = 'layer “conv”';

function statistics(values: Float32Array) {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance), largest: values.reduce((a, b) => Math.max(a, Math.abs(b)), 0) };
}

const initial = (className: string, config: Record<string, unknown> = {}, shape = kernelShape) =>
  initialValues({ className, config }, shape, new Random(3, 'test'), owner);

describe('initial values', () => {
  // Expected deviations: Keras' definitions, sqrt(scale / fan) with fan-in 3·3·16 = 144, fan-out 3·3·64 = 576. 9216 draws: ±2 %.
  it.each([
    ['glorotNormal', {}, Math.sqrt(2 / (144 + 576))],
    ['GlorotUniform', {}, Math.sqrt(2 / (144 + 576))],
    ['he_normal', {}, Math.sqrt(2 / 144)],
    ['HeUniform', {}, Math.sqrt(2 / 144)],
    ['leCunNormal', {}, Math.sqrt(1 / 144)],
    ['LecunUniform', {}, Math.sqrt(1 / 144)],
    ['VarianceScaling', { scale: 3, mode: 'fanOut', distribution: 'normal' }, Math.sqrt(3 / 576)],
    ['VarianceScaling', { scale: 3, mode: 'fan_avg', distribution: 'uniform' }, Math.sqrt(3 / 360)],
    ['VarianceScaling', { scale: 1, mode: 'fan_in', distribution: 'untruncated_normal' }, Math.sqrt(1 / 144)],
    ['RandomNormal', { mean: 0, stddev: 0.2 }, 0.2],
    ['RandomUniform', { minval: -0.3, maxval: 0.3 }, 0.3 / Math.sqrt(3)],
    ['TruncatedNormal', { mean: 0, stddev: 0.2 }, 0.2 * 0.8796],
  ])('of %s %j spread as Keras defines it', (className, config, expected) => {
    const { mean, deviation } = statistics(initial(className, config));
    expect(Math.abs(mean)).toBeLessThan(0.04 * expected);
    expect(deviation / expected).toBeGreaterThan(0.98);
    expect(deviation / expected).toBeLessThan(1.02);
  });

  it('of a truncated normal never lie beyond two standard deviations', () => {
    const { largest } = statistics(initial('TruncatedNormal', { stddev: 0.2 }));
    expect(largest).toBeLessThanOrEqual(0.4);
    expect(largest).toBeGreaterThan(0.38);
  });

  it('of uniform distributions stay inside their limit', () => {
    expect(statistics(initial('heUniform')).largest).toBeLessThanOrEqual(Math.sqrt(6 / 144));
  });

  it('are constant for zeros, ones and constant', () => {
    expect(new Set(initial('Zeros'))).toEqual(new Set([0]));
    expect(new Set(initial('ones'))).toEqual(new Set([1]));
    expect(new Set(initial('Constant', { value: 0.5 }))).toEqual(new Set([0.5]));
  });

  it.each([
    [[3, 3, 2, 8], 8],
    [[2, 2, 2, 20], 8],
  ])('of an orthogonal kernel of shape %j have %d directions at right angles', (shape, directions) => {
    const columns = shape[3]!;
    const rows = shape[0]! * shape[1]! * shape[2]!;
    const values = initial('Orthogonal', { gain: 2 }, shape);
    const at = (direction: number, index: number) =>
      rows >= columns ? values[index * columns + direction]! : values[direction * columns + index]!;
    for (let a = 0; a < directions; a++) {
      for (let b = 0; b < directions; b++) {
        let product = 0;
        for (let i = 0; i < Math.max(rows, columns); i++) product += at(a, i) * at(b, i);
        expect(product).toBeCloseTo(a === b ? 4 : 0, 5);
      }
    }
  });

  it('are the same for the same seed and stream', () => {
    expect(initial('heNormal')).toEqual(initial('heNormal'));
  });

  it('of an unknown initializer are refused in one sentence that names the layer', () => {
    expect(() => initial('MyOwn')).toThrow('The initializer “MyOwn” of layer “conv” is unknown');
    expect(() => initial('VarianceScaling', { mode: 'fanSideways' })).toThrow('unknown mode');
    expect(() => initial('Identity')).toThrow('needs a square matrix');
  });
});
