import type { Operation, OperationKind, Program, TensorId } from '../../engine/program';

/** What a convolution multiplied in one step of training. */
export interface LayerOperands {
  readonly input: TensorId;
  /** One for each use of the kernel. */
  readonly outputGradients: readonly TensorId[];
}

/**
 * Finds in a program what a kernel was multiplied with, so that each layer of a step can be checked from the operands that it had.
 * @param gradient the tensor that the optimizer takes for the kernel's gradient.
 */
export function operandsOf(kernel: TensorId, gradient: TensorId, operations: readonly Operation[]): LayerOperands {
  const all = <Kind extends OperationKind>(...kinds: Kind[]) => operations.filter((operation) => isOneOf(operation, kinds));
  const quantized = all('quantizeWeights').find(({ w }) => w === kernel)?.y ?? kernel;
  const product = all('conv2d', 'dense').find(({ w }) => w === quantized)!;
  const added = all('accumulate').filter(({ into }) => into === gradient);
  const outputGradients = [gradient, ...added.map(({ x }) => x)].map((ofUse) => {
    const full = all('predictiveGradient').find(({ g }) => g === ofUse)?.full ?? ofUse;
    return all('conv2dWeightGradient', 'denseWeightGradient').find(({ dw }) => dw === full)!.dy;
  });
  return { input: product.x, outputGradients };
}

function isOneOf<Kind extends OperationKind>(
  operation: Operation,
  kinds: readonly Kind[],
): operation is Extract<Operation, { kind: Kind }> {
  return kinds.some((kind) => kind === operation.kind);
}

/** The same program, with some temporary tensors to be read after it ran. */
export function withReadable(program: Program, readable: readonly TensorId[]): Program {
  const tensors = program.tensors.map((tensor) =>
    tensor.role === 'temporary' && readable.includes(tensor.id) ? { ...tensor, role: 'output' as const } : tensor,
  );
  return { ...program, tensors };
}
