import { setBiasGradient, withBias } from './convolution';
import type { Tensor } from './kernel-calls';
import type { OperationContext, OperationOf } from './operation-context';

/** Samples as the rows of a matrix. */
function rows(context: OperationContext, tensor: Tensor, width: number): Tensor {
  return context.kernels.reshape(tensor, [context.count, width]);
}

function product(context: OperationContext, a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return context.kernels.call('MatMul', [a, b], { transpose_a: transposeA, transpose_b: transposeB });
}

export function dense(context: OperationContext, { x, w, bias, y }: OperationOf<'dense'>): void {
  const [inputs] = context.shape(w) as [number, number];
  const result = product(context, rows(context, context.get(x), inputs), context.get(w), false, false);
  context.set(y, withBias(context, result, bias));
}

export function denseInputGradient(context: OperationContext, { dy, w, dx }: OperationOf<'denseInputGradient'>): void {
  const [, outputs] = context.shape(w) as [number, number];
  context.set(dx, product(context, rows(context, context.get(dy), outputs), context.get(w), false, true));
}

export function denseWeightGradient(context: OperationContext, { x, dy, dw, dbias }: OperationOf<'denseWeightGradient'>): void {
  const [inputs, outputs] = context.shape(dw) as [number, number];
  context.set(dw, product(context, rows(context, context.get(x), inputs), rows(context, context.get(dy), outputs), true, false));
  setBiasGradient(context, dy, dbias);
}
