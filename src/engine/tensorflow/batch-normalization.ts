import type { TensorId } from '../program';
import type { Tensor } from './kernel-calls';
import type { OperationContext, OperationOf } from './operation-context';

/** Values as an image, which is the only shape that the fused kernels take: [samples, pixels, 1, channels]. */
function asImage(context: OperationContext, id: TensorId): Tensor {
  const shape = context.shape(id);
  const channels = shape.at(-1)!;
  const pixels = shape.reduce((product, size) => product * size, 1) / channels;
  return context.kernels.reshape(context.get(id), [context.count, pixels, 1, channels]);
}

/** A vector of the program, or the same number in all channels where it has none. */
function vectorOr(context: OperationContext, id: TensorId | undefined, channels: number, value: number): Tensor {
  return id === undefined ? context.kernels.floats(new Float32Array(channels).fill(value), [channels]) : context.get(id);
}

const constants = (training: boolean, epsilon: number) => ({
  epsilon: { float: epsilon },
  exponential_avg_factor: { float: 1 },
  data_format: 'NHWC',
  is_training: training,
});

export function batchNormalization(context: OperationContext, operation: OperationOf<'batchNormalization'>): void {
  const { kernels } = context;
  const x = asImage(context, operation.x);
  const [, pixels, , channels] = x.shape as [number, number, number, number];
  const gamma = vectorOr(context, operation.gamma, channels, 1);
  const beta = vectorOr(context, operation.beta, channels, 0);
  const empty = kernels.floats(new Float32Array(0), [0]);
  const attributes = constants(true, operation.epsilon);
  // The second output is the mean, the fifth the biased variance of the batch.
  const outputs = kernels.callForAll('FusedBatchNormV3', [x, gamma, beta, empty, empty], attributes, 6);
  const [y, mean, variance] = [outputs[0]!, outputs[1]!, outputs[4]!];
  context.set(operation.y, y);
  context.set(operation.mean, mean);
  context.set(operation.inverseDeviation, kernels.call('Rsqrt', [kernels.add(variance, kernels.scalar(operation.epsilon))]));

  const count = context.count * pixels;
  const correction = operation.unbiasedRunningVariance && count > 1 ? count / (count - 1) : 1;
  const blend = (running: TensorId, batch: Tensor, scale: number) => {
    const kept = kernels.multiply(context.get(running), kernels.scalar(operation.momentum));
    context.set(running, kernels.add(kept, kernels.multiply(batch, kernels.scalar((1 - operation.momentum) * scale))));
  };
  blend(operation.runningMean, mean, 1);
  blend(operation.runningVariance, variance, correction);
}

export function batchNormalizationGradient(context: OperationContext, operation: OperationOf<'batchNormalizationGradient'>): void {
  const { kernels } = context;
  const x = asImage(context, operation.x);
  const gamma = vectorOr(context, operation.gamma, x.shape[3]!, 1);
  // The kernel wants the variance and adds epsilon itself: this is the variance with epsilon in it, and epsilon zero.
  const variance = kernels.call('Reciprocal', [kernels.call('Square', [context.get(operation.inverseDeviation)])]);
  const inputs = [
    asImage(context, operation.dy),
    x,
    gamma,
    context.get(operation.mean),
    variance,
    kernels.floats(new Float32Array(0), [0]),
  ];
  const { exponential_avg_factor, ...attributes } = constants(true, 0);
  const [dx, dgamma, dbeta] = kernels.callForAll('FusedBatchNormGradV3', inputs, attributes, 5) as [Tensor, Tensor, Tensor];
  context.set(operation.dx, dx);
  if (operation.dgamma !== undefined) context.set(operation.dgamma, dgamma);
  if (operation.dbeta !== undefined) context.set(operation.dbeta, dbeta);
}

export function batchNormalizationInference(context: OperationContext, operation: OperationOf<'batchNormalizationInference'>): void {
  const x = asImage(context, operation.x);
  const channels = x.shape[3]!;
  const gamma = vectorOr(context, operation.gamma, channels, 1);
  const beta = vectorOr(context, operation.beta, channels, 0);
  const statistics = [context.get(operation.runningMean), context.get(operation.runningVariance)];
  const attributes = constants(false, operation.epsilon);
  context.set(operation.y, context.kernels.callForAll('FusedBatchNormV3', [x, gamma, beta, ...statistics], attributes, 6)[0]!);
}
