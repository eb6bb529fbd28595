import type { TensorId } from '../program';
import type { Channels, StepBuilder } from './step';

export const packedChannels = (channels: number, lanes: number) => Math.ceil(channels / lanes) * lanes;

/** The taps of a window that are packed, along its rows and its columns. */
interface Taps {
  readonly kernelWidth: number;
  readonly firstRow: number;
  readonly rowStep: number;
  readonly rows: number;
  readonly firstColumn: number;
  readonly columnStep: number;
  readonly columns: number;
}

/** Of a matrix: a window of one tap. */
const onlyTap: Taps = { kernelWidth: 1, firstRow: 0, rowStep: 1, rows: 1, firstColumn: 0, columnStep: 1, columns: 1 };

/**
 * Weights `[rows, columns, channels.input, channels.output]` laid out for the kernels, before the samples are computed.
 * @param transposed 1 for the input gradient, which multiplies by the transposed matrices.
 */
export function packedWeights(builder: StepBuilder, w: TensorId, channels: Channels, transposed: 0 | 1, taps = onlyTap): TensorId {
  const [inputs, outputs] = transposed ? [channels.output, channels.input] : [channels.input, channels.output];
  const depth = Math.max(1, taps.rows * taps.columns * inputs);
  const packed = builder.workTensor(depth * packedChannels(outputs, builder.target.lanes));
  const fields = { w, packed, inputChannels: channels.input, outputChannels: channels.output, ...taps, transposed };
  builder.acrossSamples('packWeights', undefined, fields);
  return packed;
}
