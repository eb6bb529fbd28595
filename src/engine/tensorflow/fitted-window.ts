import type { Window } from '../program';
import type { KernelCalls, Tensor } from './kernel-calls';

/** One axis of a window as TensorFlow can take it. */
interface FittedAxis {
  /** Zeros to add by hand. */
  readonly before: number;
  readonly after: number;
  /** Input pixels beyond what the windows see, to be left out. */
  readonly unseen: number;
}

/** How an image must be changed so that one of TensorFlow's two paddings gives the window's geometry. */
export interface FittedWindow {
  readonly padding: 'SAME' | 'VALID';
  readonly rows: FittedAxis;
  readonly columns: FittedAxis;
  readonly window: Window;
}

const unchanged: FittedAxis = { before: 0, after: 0, unseen: 0 };

/** SAME where TensorFlow's rule gives just this padding, else VALID on an image that is padded or cut by hand. */
export function fitWindow(window: Window): FittedWindow {
  const rows = axisOf(
    window.inputHeight,
    window.outputHeight,
    window.kernelHeight,
    window.strideHeight,
    window.dilationHeight,
    window.padTop,
  );
  const columns = axisOf(
    window.inputWidth,
    window.outputWidth,
    window.kernelWidth,
    window.strideWidth,
    window.dilationWidth,
    window.padLeft,
  );
  if (rows.same && columns.same) return { padding: 'SAME', rows: unchanged, columns: unchanged, window };
  return { padding: 'VALID', rows: rows.fitted, columns: columns.fitted, window };
}

function axisOf(input: number, output: number, kernel: number, stride: number, dilation: number, padBefore: number) {
  const reach = (kernel - 1) * dilation + 1;
  const seen = (output - 1) * stride + reach;
  const after = seen - input - padBefore;
  const total = Math.max(0, (Math.ceil(input / stride) - 1) * stride + reach - input);
  const same = output === Math.ceil(input / stride) && padBefore === Math.floor(total / 2) && Math.max(0, after) === total - padBefore;
  return { same, fitted: { before: padBefore, after: Math.max(0, after), unseen: Math.max(0, -after) } };
}

/** Images [n, height, width, channels] as the fitted window wants them. */
export function fitImages(kernels: KernelCalls, images: Tensor, { rows, columns }: FittedWindow, value = 0): Tensor {
  let fitted = images;
  if (rows.unseen || columns.unseen) {
    const [n, height, width, channels] = images.shape as [number, number, number, number];
    fitted = kernels.slice(fitted, [0, 0, 0, 0], [n, height - rows.unseen, width - columns.unseen, channels]);
  }
  if (rows.before || rows.after || columns.before || columns.after)
    fitted = kernels.pad(
      fitted,
      [
        [0, 0],
        [rows.before, rows.after],
        [columns.before, columns.after],
        [0, 0],
      ],
      value,
    );
  return fitted;
}

/** The way back for a gradient: without the pixels that were added, zero at those that were left out. */
export function unfitGradient(kernels: KernelCalls, gradient: Tensor, { rows, columns, window }: FittedWindow): Tensor {
  const [n, , , channels] = gradient.shape as [number, number, number, number];
  const height = window.inputHeight - rows.unseen;
  const width = window.inputWidth - columns.unseen;
  let unfitted = gradient;
  if (rows.before || rows.after || columns.before || columns.after)
    unfitted = kernels.slice(unfitted, [0, rows.before, columns.before, 0], [n, height, width, channels]);
  if (rows.unseen || columns.unseen)
    unfitted = kernels.pad(unfitted, [
      [0, 0],
      [0, rows.unseen],
      [0, columns.unseen],
      [0, 0],
    ]);
  return unfitted;
}

/** Shape of the images that `fitImages` gives. */
export function fittedShape({ rows, columns, window }: FittedWindow, n: number, channels: number): number[] {
  return [
    n,
    window.inputHeight + rows.before + rows.after - rows.unseen,
    window.inputWidth + columns.before + columns.after - columns.unseen,
    channels,
  ];
}
