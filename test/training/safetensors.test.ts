import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inversePermutation, permuted } from '../../src/training/permute';
import { decodeSafetensors, encodeSafetensors } from '../../src/training/safetensors';

/** Written by the safetensors package 0.8.0: save({"b": [[1, 2], [3, 4]] as float32, "a": [7, -1] as int64}, {"format": "pt"}). */
const written =
  'kAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJhIjp7ImR0eXBlIjoiSTY0Iiwic2hhcGUiOlsyXSwiZGF0YV9vZmZzZXRzIjpbMCwxNl19LCJiIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDJdLCJkYXRhX29mZnNldHMiOlsxNiwzMl19fSAHAAAAAAAAAP//////////AACAPwAAAEAAAEBAAACAQA==';

describe('a safetensors file', () => {
  it('of the format’s own package is read, and written alike', () => {
    const { tensors, metadata } = decodeSafetensors(Buffer.from(written, 'base64'));
    expect(metadata).toEqual({ format: 'pt' });
    const b = tensors.get('b')!;
    expect(b).toMatchObject({ dtype: 'F32', shape: [2, 2] });
    expect([...new Float32Array(Uint8Array.from(b.data).buffer)]).toEqual([1, 2, 3, 4]);
    expect([...new BigInt64Array(Uint8Array.from(tensors.get('a')!.data).buffer)]).toEqual([7n, -1n]);
    expect(decodeSafetensors(encodeSafetensors(tensors, metadata))).toEqual({ tensors, metadata });
  });

  it('that is none, or was cut short, is refused in one sentence', () => {
    const whole = Buffer.from(written, 'base64');
    for (const bytes of [new Uint8Array(3), Buffer.from('no safetensors file at all'), whole.subarray(0, -1), whole.subarray(0, 40)]) {
      expect(() => decodeSafetensors(bytes)).toThrow('The file is no safetensors file, or it was cut short.');
    }
  });
});

describe('permuted', () => {
  it('orders axes as numpy’s transpose: np.arange(24).reshape(2, 3, 4).transpose(2, 0, 1).ravel()', () => {
    const values = Float32Array.from({ length: 24 }, (_, index) => index);
    const expected = [0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23];
    expect([...permuted(values, [2, 3, 4], [2, 0, 1])]).toEqual(expected);
  });

  it('is taken back by the inverse', () => {
    const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    const cases = shapes.chain((shape) =>
      fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
    );
    fc.assert(
      fc.property(cases, ([shape, permutation]) => {
        const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => index);
        const there = permuted(values, shape, permutation);
        const sizes = permutation.map((axis) => shape[axis]!);
        expect(permuted(there, sizes, inversePermutation(permutation))).toEqual(values);
      }),
    );
  });
});
