import { elementsOf } from '../network/graph-queries';
import type { Random } from '../platform/random';
import type { Initializer } from '../protocol/layer-graph';

/** Keras' default for convolution and dense kernels. */
const glorotUniform: Initializer = { className: 'GlorotUniform', config: {} };

/** Standard deviation of a standard normal cut off at ±2, by which Keras widens the normal it truncates. */
const truncatedDeviation = 0.879_625_661_034_239_8;

/** Variance scaling by name: scale, which fan divides it, and the distribution, as Keras defines them. */
const varianceScalings: Readonly<Record<string, readonly [scale: number, mode: string, distribution: string]>> = {
  glorotnormal: [1, 'fanavg', 'truncatednormal'],
  glorotuniform: [1, 'fanavg', 'uniform'],
  henormal: [2, 'fanin', 'truncatednormal'],
  heuniform: [2, 'fanin', 'uniform'],
  lecunnormal: [1, 'fanin', 'truncatednormal'],
  lecununiform: [1, 'fanin', 'uniform'],
};

/**
 * Values of a new kernel. Spellings of tf.layers and Keras are both known (`heNormal`, `HeNormal`, `he_normal`).
 * @param shape HWIO, [kh, kw, channels, multiplier] or [in, out].
 * @param owner what the kernel is called in an error: `layer "conv1" (model.ts:12)`.
 * @throws Error with one sentence when the initializer is unknown or asks for something impossible.
 */
export function initialValues(initializer: Initializer | undefined, shape: readonly number[], random: Random, owner: string): Float32Array {
  const { className, config } = initializer ?? glorotUniform;
  const number = (field: string, otherwise: number): number => (typeof config[field] === 'number' ? (config[field] as number) : otherwise);
  const count = elementsOf(shape);
  const name = plain(className);
  const scaling = varianceScalings[name];
  if (scaling) return varianceScaled(shape, ...scaling, random, owner);
  switch (name) {
    case 'zeros':
      return new Float32Array(count);
    case 'ones':
      return new Float32Array(count).fill(1);
    case 'constant':
      return new Float32Array(count).fill(number('value', 0));
    case 'randomuniform': {
      const low = number('minval', -0.05);
      const high = number('maxval', 0.05);
      return Float32Array.from({ length: count }, () => low + (high - low) * random.uniform());
    }
    case 'randomnormal': {
      const mean = number('mean', 0);
      const deviation = number('stddev', 0.05);
      return Float32Array.from({ length: count }, () => mean + deviation * random.normal());
    }
    case 'truncatednormal': {
      const mean = number('mean', 0);
      const deviation = number('stddev', 0.05);
      return Float32Array.from({ length: count }, () => mean + deviation * truncatedNormal(random));
    }
    case 'variancescaling': {
      const mode = plain(String(config.mode ?? 'fanIn'));
      const distribution = plain(String(config.distribution ?? 'truncatedNormal'));
      return varianceScaled(shape, number('scale', 1), mode, distribution, random, owner);
    }
    case 'orthogonal':
      return orthogonal(shape, number('gain', 1), random);
    case 'identity':
      return identity(shape, number('gain', 1), owner);
    default:
      throw new Error(
        `The initializer “${className}” of ${owner} is unknown; use one of tf.initializers, for instance heNormal or glorotUniform.`,
      );
  }
}

function plain(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}

/** Inputs and outputs that each weight connects, as Keras counts them for images with channels last. */
function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const receptiveField = elementsOf(shape.slice(0, -2));
  return { fanIn: receptiveField * (shape.at(-2) ?? 1), fanOut: receptiveField * (shape.at(-1) ?? 1) };
}

function varianceScaled(
  shape: readonly number[],
  scale: number,
  mode: string,
  distribution: string,
  random: Random,
  owner: string,
): Float32Array {
  const { fanIn, fanOut } = fans(shape);
  const divisors: Record<string, number> = { fanin: fanIn, fanout: fanOut, fanavg: (fanIn + fanOut) / 2 };
  const divisor = divisors[mode];
  if (divisor === undefined) throw new Error(`The initializer of ${owner} has the unknown mode “${mode}”; use fanIn, fanOut or fanAvg.`);
  const variance = scale / Math.max(1, divisor);
  const length = elementsOf(shape);
  switch (distribution) {
    case 'uniform': {
      const limit = Math.sqrt(3 * variance);
      return Float32Array.from({ length }, () => limit * (2 * random.uniform() - 1));
    }
    case 'normal':
    case 'truncatednormal': {
      const deviation = Math.sqrt(variance) / truncatedDeviation;
      return Float32Array.from({ length }, () => deviation * truncatedNormal(random));
    }
    case 'untruncatednormal':
      return Float32Array.from({ length }, () => Math.sqrt(variance) * random.normal());
    default:
      throw new Error(
        `The initializer of ${owner} has the unknown distribution “${distribution}”; use normal, uniform or truncatedNormal.`,
      );
  }
}

/** Standard normal without the values beyond two standard deviations. */
function truncatedNormal(random: Random): number {
  for (;;) {
    const value = random.normal();
    if (Math.abs(value) <= 2) return value;
  }
}

/** Rows (or columns, where there are fewer) of length `gain` at right angles to each other, as Keras flattens a kernel: [all but last, last]. */
function orthogonal(shape: readonly number[], gain: number, random: Random): Float32Array {
  const columns = shape.at(-1) ?? 1;
  const rows = elementsOf(shape) / columns;
  const vectors = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const basis: Float64Array[] = [];
  while (basis.length < vectors) {
    const vector = Float64Array.from({ length }, () => random.normal());
    // Twice: one Gram-Schmidt pass leaves rounding errors when the vectors are many.
    for (let pass = 0; pass < 2; pass++) {
      for (const other of basis) {
        const share = dot(vector, other);
        for (let i = 0; i < length; i++) vector[i]! -= share * other[i]!;
      }
    }
    const norm = Math.sqrt(dot(vector, vector));
    basis.push(vector.map((value) => value / norm));
  }
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      values[row * columns + column] = gain * (rows >= columns ? basis[column]![row]! : basis[row]![column]!);
    }
  }
  return values;
}

function identity(shape: readonly number[], gain: number, owner: string): Float32Array {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || rows !== columns) {
    throw new Error(`The initializer “identity” of ${owner} needs a square matrix, not the shape [${shape.join(', ')}].`);
  }
  const values = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) values[i * columns + i] = gain;
  return values;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
