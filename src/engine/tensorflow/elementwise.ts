import type { OperationContext, OperationOf } from './operation-context';

export function add(context: OperationContext, { a, b, y }: OperationOf<'add'>): void {
  context.set(y, context.kernels.add(context.get(a), context.get(b)));
}

export function accumulate(context: OperationContext, { x, into }: OperationOf<'accumulate'>): void {
  const sum = context.get(into);
  context.set(into, context.kernels.add(sum, context.kernels.reshape(context.get(x), sum.shape)));
}

export function copy(context: OperationContext, { x, y }: OperationOf<'copy'>): void {
  context.set(y, context.kernels.call('Identity', [context.get(x)]));
}

/** v ← momentum·v + (g + weightDecay·w);  w ← w − learningRate·v. */
export function sgdMomentum(context: OperationContext, operation: OperationOf<'sgdMomentum'>): void {
  const { kernels } = context;
  const w = context.get(operation.w);
  const decayed = kernels.add(context.get(operation.g), kernels.multiply(w, kernels.scalar(operation.weightDecay)));
  const v = kernels.add(kernels.multiply(context.get(operation.v), kernels.scalar(operation.momentum)), decayed);
  context.set(operation.v, v);
  const step = kernels.multiply(v, kernels.reshape(context.get(operation.learningRate), []));
  context.set(operation.w, kernels.subtract(w, step));
}
