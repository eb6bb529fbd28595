import type { Operation, TensorId, TensorRole } from '../../engine/program';
import type { ProgramBuilder } from './program-builder';

/** The gradient tensor of each weight. A weight that several layers use gets one gradient: the sum over its uses. */
export class WeightGradients {
  private readonly gradients = new Map<TensorId, TensorId>();

  constructor(
    private readonly builder: ProgramBuilder,
    private readonly operations: Operation[],
    private readonly role: TensorRole,
  ) {}

  /** Gradient tensor by the weight's tensor. */
  get all(): ReadonlyMap<TensorId, TensorId> {
    return this.gradients;
  }

  /** Adds the operations that compute the gradients of `weights` (absent ones stay absent), summing where one has been used before. */
  compute(
    weights: readonly (TensorId | undefined)[],
    names: ReadonlyMap<TensorId, string>,
    operations: (gradients: readonly (TensorId | undefined)[]) => Operation | readonly Operation[],
  ): void {
    const sums: { x: TensorId; into: TensorId }[] = [];
    const targets = weights.map((weight) => {
      if (weight === undefined) return undefined;
      const earlier = this.gradients.get(weight);
      const role = earlier === undefined ? this.role : 'temporary';
      const target = this.builder.tensor(`gradient of ${names.get(weight)}`, this.builder.shapeOf(weight), role);
      if (earlier === undefined) this.gradients.set(weight, target);
      else sums.push({ x: target, into: earlier });
      return target;
    });
    this.operations.push(...[operations(targets)].flat());
    for (const sum of sums) this.operations.push({ kind: 'accumulate', ...sum });
  }
}
