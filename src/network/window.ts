import type { Padding } from '../protocol/layer-graph';

export type Pair = readonly [number, number];

export const noPadding: Padding = { top: 0, bottom: 0, left: 0, right: 0 };

/** Output size of a window along one axis. May be less than 1 when the window does not fit. */
export function windowedSize(size: number, kernel: number, stride: number, dilation: number, padding: number): number {
  return Math.floor((size + padding - ((kernel - 1) * dilation + 1)) / stride) + 1;
}

/** Height and width that a window leaves of an image [height, width]. */
export function windowedShape(image: Pair, kernel: Pair, strides: Pair, dilation: Pair, padding: Padding): [number, number] {
  return [
    windowedSize(image[0], kernel[0], strides[0], dilation[0], padding.top + padding.bottom),
    windowedSize(image[1], kernel[1], strides[1], dilation[1], padding.left + padding.right),
  ];
}

function samePaddingAlong(size: number, kernel: number, stride: number, dilation: number): [number, number] {
  const reach = (kernel - 1) * dilation + 1;
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** TensorFlow's 'same': the output is ceil(size / stride); an odd zero goes below and right, so stride 2 pads unevenly. */
export function samePadding(image: Pair, kernel: Pair, strides: Pair, dilation: Pair = [1, 1]): Padding {
  const [top, bottom] = samePaddingAlong(image[0], kernel[0], strides[0], dilation[0]);
  const [left, right] = samePaddingAlong(image[1], kernel[1], strides[1], dilation[1]);
  return { top, bottom, left, right };
}

/** PyTorch's `padding=k//2`: the same on both sides, whatever the stride. */
export function centredPadding(kernel: Pair): Padding {
  const [vertical, horizontal] = [Math.floor(kernel[0] / 2), Math.floor(kernel[1] / 2)];
  return { top: vertical, bottom: vertical, left: horizontal, right: horizontal };
}

export function isSamePadding(a: Padding, b: Padding): boolean {
  return a.top === b.top && a.bottom === b.bottom && a.left === b.left && a.right === b.right;
}
