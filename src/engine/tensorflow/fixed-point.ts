import { conv2dWeightGradient } from './convolution';
import type { KernelCalls, Tensor } from './kernel-calls';
import type { OperationContext, OperationOf } from './operation-context';

/** Tensors in fixed point, and PSG's choice of gradients. */

interface Format {
  readonly bits: number;
  readonly msbBits: number;
  readonly signed: boolean;
}

export function quantizationRange(context: OperationContext, operation: OperationOf<'quantizationRange'>): void {
  const { kernels } = context;
  const values = kernels.reshape(context.get(operation.x), [context.count, -1]);
  const maxima = kernels.call('Max', [kernels.call('Abs', [values]), kernels.ints([1])], { keep_dims: false });
  const range = kernels.call(operation.of === 'mean' ? 'Mean' : 'Max', [maxima, kernels.ints([0])], { keep_dims: false });
  context.set(operation.range, range);
  if (operation.running === undefined) return;
  const kept = kernels.multiply(context.get(operation.running), kernels.scalar(operation.momentum));
  context.set(operation.running, kernels.add(kept, kernels.multiply(range, kernels.scalar(1 - operation.momentum))));
}

export function quantize(context: OperationContext, operation: OperationOf<'quantize'>): void {
  const x = context.get(operation.x);
  const { full, msb } = fixedPoint(context.kernels, x, context.get(operation.range), operation);
  if (operation.y !== undefined) context.set(operation.y, full);
  if (operation.msb !== undefined) context.set(operation.msb, msb);
}

export function quantizeWeights(context: OperationContext, operation: OperationOf<'quantizeWeights'>): void {
  const { kernels } = context;
  const w = context.get(operation.w);
  const rows = kernels.reshape(w, [-1, operation.channels]);
  const ranges = kernels.call('Max', [kernels.call('Abs', [rows]), kernels.ints([0])], { keep_dims: true });
  const { full, msb } = quantized(kernels, rows, ranges, { ...operation, signed: true });
  // A channel of zeros has no range.
  const known = kernels.call('BroadcastTo', [kernels.call('Greater', [ranges, kernels.scalar(0)]), kernels.ints(rows.shape)]);
  const orZeros = (values: Tensor) => kernels.call('SelectV2', [known, values, rows]);
  if (operation.y !== undefined) context.set(operation.y, orZeros(full));
  if (operation.msb !== undefined) context.set(operation.msb, orZeros(msb));
}

export function conv2dPredictorGradient(context: OperationContext, operation: OperationOf<'conv2dPredictorGradient'>): void {
  const { kernels } = context;
  const { x, range, dy, gradientRange, dw, window, gradientBits } = operation;
  const { msb } = fixedPoint(kernels, context.get(x), context.get(range), operation);
  const gradientFormat = { bits: gradientBits, msbBits: gradientBits, signed: true };
  const { full } = fixedPoint(kernels, context.get(dy), context.get(gradientRange), gradientFormat);
  // A vector, as gates have it, is an image of one pixel.
  const images = kernels.reshape(msb, [context.count, window.inputHeight, window.inputWidth, -1]);
  const gradients = kernels.reshape(full, [context.count, window.outputHeight, window.outputWidth, -1]);
  conv2dWeightGradient(context.with([x, images], [dy, gradients]), { kind: 'conv2dWeightGradient', x, dy, dw, window });
}

export function predictiveGradient(context: OperationContext, operation: OperationOf<'predictiveGradient'>): void {
  const { kernels } = context;
  const full = context.get(operation.full);
  const predicted = kernels.reshape(context.get(operation.predicted), full.shape);
  const magnitude = kernels.call('Abs', [predicted]);
  const threshold = kernels.values(context.get(operation.threshold))[0]!;
  const axes = predicted.shape.map((_, axis) => axis);
  const largest = kernels.call('Max', [magnitude, kernels.ints(axes)], { keep_dims: false });
  const tau = threshold < 0 ? kernels.multiply(largest, kernels.scalar(-threshold)) : kernels.scalar(threshold);
  const decided = kernels.call('GreaterEqual', [magnitude, tau]);
  const signs = [predicted, full].map((values) => kernels.call('Sign', [values])) as [Tensor, Tensor];
  const [guess, exact] = operation.signs ? signs : [predicted, full];
  context.set(operation.g, kernels.call('SelectV2', [decided, guess, exact]));
  const wrong = kernels.call('LogicalAnd', [decided, kernels.call('NotEqual', signs)]);
  const count = (condition: Tensor) => {
    const ones = kernels.call('SelectV2', [condition, kernels.scalar(1), kernels.scalar(0)]);
    return kernels.reshape(kernels.sum(ones, axes), [1]);
  };
  context.set(operation.metrics, kernels.concatenate([count(decided), count(wrong)], 0));
}

export function sign(context: OperationContext, { x, y }: OperationOf<'sign'>): void {
  context.set(y, context.kernels.call('Sign', [context.get(x)]));
}

/** With a range of zero, which stands for one not yet known, values stay as they are. */
function fixedPoint(kernels: KernelCalls, x: Tensor, range: Tensor, format: Format): { full: Tensor; msb: Tensor } {
  const known = kernels.values(range)[0]! > 0;
  return known ? quantized(kernels, x, kernels.reshape(range, []), format) : { full: x, msb: x };
}

/** `range` as it broadcasts over x. */
function quantized(kernels: KernelCalls, x: Tensor, range: Tensor, { bits, msbBits, signed }: Format): { full: Tensor; msb: Tensor } {
  const highest = kernels.scalar(2 ** bits - 1);
  const clamped = (values: Tensor) => kernels.call('Minimum', [kernels.call('Maximum', [values, kernels.scalar(0)]), highest]);
  const rounded = (values: Tensor) => kernels.call('Rint', [values]);
  const delta = kernels.divide(signed ? kernels.multiply(range, kernels.scalar(2)) : range, kernels.scalar(2 ** bits));
  const level = rounded(clamped(kernels.divide(signed ? kernels.add(x, range) : x, delta)));
  const step = kernels.scalar(2 ** (bits - msbBits));
  const msb = clamped(kernels.multiply(rounded(kernels.divide(level, step)), step));
  const value = (levels: Tensor) => kernels.multiply(kernels.subtract(levels, kernels.scalar(signed ? 2 ** (bits - 1) : 0)), delta);
  return { full: value(level), msb: value(msb) };
}
