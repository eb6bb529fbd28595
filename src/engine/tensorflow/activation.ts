import type { ActivationFunction } from '../program';
import type { OperationContext, OperationOf } from './operation-context';

const forward: Readonly<Record<ActivationFunction, string>> = { relu: 'Relu', relu6: 'Relu6', sigmoid: 'Sigmoid', tanh: 'Tanh' };

export function activation(context: OperationContext, operation: OperationOf<'activation'>): void {
  context.set(operation.y, context.kernels.call(forward[operation.function], [context.get(operation.x)]));
}

export function activationGradient(context: OperationContext, operation: OperationOf<'activationGradient'>): void {
  const [y, dy] = [context.get(operation.y), context.get(operation.dy)];
  const name = `${forward[operation.function]}Grad`;
  // The piecewise linear ones have the gradient first; for them the output says as much as the input.
  const piecewise = operation.function === 'relu' || operation.function === 'relu6';
  context.set(operation.dx, context.kernels.call(name, piecewise ? [dy, y] : [y, dy]));
}
