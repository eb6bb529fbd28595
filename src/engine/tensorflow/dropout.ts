import type { TensorId } from '../program';
import type { OperationContext, OperationOf } from './operation-context';

export function dropout(context: OperationContext, { x, y, rate, seed }: OperationOf<'dropout'>): void {
  masked(context, x, y, rate, seed);
}

export function dropoutGradient(context: OperationContext, { dy, dx, rate, seed }: OperationOf<'dropoutGradient'>): void {
  masked(context, dy, dx, rate, seed);
}

function masked(context: OperationContext, from: TensorId, to: TensorId, rate: number, seed: TensorId): void {
  const values = context.get(from);
  const elements = context.shape(from).reduce((product, size) => product * size, 1);
  const { samples } = context;
  const indices = samples.kind === 'listed' ? samples.indices : Int32Array.from({ length: samples.count }, (_, sample) => sample);
  const mask = dropoutMask(context.integers(seed)[0]!, indices, elements, rate);
  context.set(to, context.kernels.multiply(values, context.kernels.floats(mask, values.shape)));
}

/**
 * Zero where an element is dropped, 1/(1 − rate) where it stays: the same hash of seed, sample and element as in our own kernels (dropout.c), so
 * that a run draws the same masks on every engine. TensorFlow's own dropout draws from a state that a gradient could not draw from again.
 */
function dropoutMask(seed: number, samples: Int32Array, elements: number, rate: number): Float32Array {
  const single = Math.fround(rate);
  const threshold = Math.floor(single * 2 ** 32);
  const scale = Math.fround(1 / (1 - single));
  const mask = new Float32Array(samples.length * elements);
  samples.forEach((sample, place) => {
    const ofSample = mixed(seed ^ mixed(sample + 0x9e3779b9));
    for (let i = 0; i < elements; i++)
      mask[place * elements + i] = mixed(ofSample + Math.imul(i, 0x9e3779b9)) >>> 0 >= threshold ? scale : 0;
  });
  return mask;
}

/** Mixes all bits of a word into all others (the finalizer of MurmurHash3, by Austin Appleby, public domain). */
function mixed(value: number): number {
  let word = value | 0;
  word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
  return word ^ (word >>> 16);
}
