import { elementsOf } from '../network/graph-queries';

/**
 * A tensor with its axes in another order, as numpy's `transpose`: axis i of the result is axis `permutation[i]` of the values.
 * @param values row by row, in `shape`.
 */
export function permuted(values: Float32Array, shape: readonly number[], permutation: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => elementsOf(shape.slice(axis + 1)));
  const sizes = permutation.map((axis) => shape[axis]!);
  const steps = permutation.map((axis) => strides[axis]!);
  const result = new Float32Array(values.length);
  const place = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      place[axis]! += 1;
      from += steps[axis]!;
      if (place[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      place[axis] = 0;
    }
  }
  return result;
}

/** The order of axes that takes a permutation back. */
export function inversePermutation(permutation: readonly number[]): number[] {
  return permutation.map((_, axis) => permutation.indexOf(axis));
}
