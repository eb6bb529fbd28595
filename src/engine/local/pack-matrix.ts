import type { TensorId } from '../program';
import { packedChannels } from './lower-direct-convolution';
import type { Channels, StepBuilder } from './step';

/**
 * Weights of a product, `[channels.input, channels.output]`, laid out for the kernels before the samples are computed.
 * @param transposed 1 for the input gradient, which multiplies by the transposed matrix.
 */
export function packedMatrix(builder: StepBuilder, w: TensorId, channels: Channels, transposed: 0 | 1): TensorId {
  const [inputs, outputs] = transposed ? [channels.output, channels.input] : [channels.input, channels.output];
  const packed = builder.workTensor(inputs * packedChannels(outputs, builder.target.lanes));
  builder.acrossSamples('packWeights', undefined, {
    w,
    packed,
    inputChannels: channels.input,
    outputChannels: channels.output,
    kernelWidth: 1,
    firstRow: 0,
    rowStep: 1,
    rows: 1,
    firstColumn: 0,
    columnStep: 1,
    columns: 1,
    transposed,
  });
  return packed;
}
