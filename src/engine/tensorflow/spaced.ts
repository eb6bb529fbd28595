import type { KernelCalls, Tensor } from './kernel-calls';

/** Two neighbouring axes that are spread apart: element (i, j) goes to (i·rows, j·columns), zeros stand between. */
export interface Spacing {
  /** The first of the two axes. */
  readonly axis: number;
  readonly rows: number;
  readonly columns: number;
}

/** A dilated kernel as a larger dense one, or the gradient of a strided result at full size. The axes end with their last element. */
export function spread(kernels: KernelCalls, tensor: Tensor, { axis, rows, columns }: Spacing): Tensor {
  if (rows === 1 && columns === 1) return tensor;
  const before = tensor.shape.slice(0, axis);
  const [height, width] = tensor.shape.slice(axis, axis + 2) as [number, number];
  const after = tensor.shape.slice(axis + 2);
  const single = kernels.reshape(tensor, [product(before), height, 1, width, 1, product(after)]);
  const padded = kernels.pad(single, [
    [0, 0],
    [0, 0],
    [0, rows - 1],
    [0, 0],
    [0, columns - 1],
    [0, 0],
  ]);
  const whole = kernels.reshape(padded, [...before, height * rows, width * columns, ...after]);
  const sizes = [...before, (height - 1) * rows + 1, (width - 1) * columns + 1, ...after];
  return kernels.slice(
    whole,
    sizes.map(() => 0),
    sizes,
  );
}

/** The way back: every `rows`-th and `columns`-th element of the two axes. */
export function gather(kernels: KernelCalls, tensor: Tensor, { axis, rows, columns }: Spacing): Tensor {
  if (rows === 1 && columns === 1) return tensor;
  const strides = tensor.shape.map((_, i) => (i === axis ? rows : i === axis + 1 ? columns : 1));
  const zeros = tensor.shape.map(() => 0);
  return kernels.call('StridedSlice', [tensor, kernels.ints(zeros), kernels.ints(tensor.shape), kernels.ints(strides)]);
}

const product = (sizes: readonly number[]) => sizes.reduce((all, size) => all * size, 1);
