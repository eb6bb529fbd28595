/**
 * The seven loops of a convolution and the loop over its groups. A dense layer is a convolution whose rows, columns and filter are 1.
 * Order of `LoopNest.sizes` and of an accelerator's `unroll`.
 */
export const loopDimensions = [
  'batch',
  'outputChannels',
  'inputChannels',
  'outputRows',
  'outputColumns',
  'filterRows',
  'filterColumns',
  'groups',
] as const;
export type LoopSizes = readonly number[];

/** The three tensors that the loops index. Channels are counted per group. */
export type Tensor = 'input' | 'weights' | 'output';

/**
 * One contraction: the same loops serve all phases of training, with the tensors in other roles.
 *
 * | phase | moving | stationary | result |
 * |---|---|---|---|
 * | forward | input | weights | output |
 * | weight gradient | input (stored activations) | output (its gradient) | weights (their gradient) |
 * | input gradient of a strided convolution | output (its gradient) | weights | input (its gradient) |
 *
 * The input gradient of a convolution with stride 1 is a forward convolution with the channels exchanged.
 */
export interface LoopNest {
  /** Iterations of each loop, in the order of `loopDimensions`. The batch may be a fraction: an expected number of samples. */
  readonly sizes: LoopSizes;
  /** Steps of the window, and distances between the filter's taps, by rows and by columns. */
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Rows and columns of the input that are stored; padding is neither stored nor fetched. */
  readonly inputRows: number;
  readonly inputColumns: number;
  readonly roles: { readonly moving: Tensor; readonly stationary: Tensor; readonly result: Tensor };
}

/** Whether a tensor's elements depend on a loop: 1 where they do. */
export const indexedBy: Record<Tensor, readonly number[]> = {
  input: [1, 0, 1, 1, 1, 1, 1, 1],
  weights: [0, 1, 1, 0, 0, 1, 1, 1],
  output: [1, 1, 0, 1, 1, 0, 0, 1],
};

/** Multiplications of the nest. */
export function nestMacs({ sizes }: LoopNest): number {
  return sizes.reduce((product, size) => product * size, 1);
}

/** Elements of a tensor that the iterations `tile` touch. A window of the input is its output tile and the filter around it, cut at the border. */
export function tileElements(tensor: Tensor, tile: LoopSizes, { strides, dilation, inputRows, inputColumns }: LoopNest): number {
  const [batch = 1, outputChannels = 1, inputChannels = 1, rows = 1, columns = 1, filterRows = 1, filterColumns = 1, groups = 1] = tile;
  if (tensor === 'weights') return outputChannels * inputChannels * filterRows * filterColumns * groups;
  if (tensor === 'output') return batch * outputChannels * rows * columns * groups;
  const height = Math.min(inputRows, (rows - 1) * strides[0] + (filterRows - 1) * dilation[0] + 1);
  const width = Math.min(inputColumns, (columns - 1) * strides[1] + (filterColumns - 1) * dilation[1] + 1);
  return batch * inputChannels * height * width * groups;
}
