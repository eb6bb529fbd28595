import type { Window } from '../program';
import { inputGradientPhases, type PhaseAxis, phaseGeometry, phaseOutput, windowGeometry } from './lower-direct-convolution';
import { packedChannels } from './pack-weights';
import type { OperationOf, StepBuilder } from './step';

/** Depthwise convolutions as steps of the kernels, which slide their window over the image itself. */

interface DepthwiseShape {
  readonly channels: number;
  /** Output channels of each input channel. */
  readonly multiplier: number;
}

const slidingFields = (window: Window, { channels, multiplier }: DepthwiseShape) => ({
  ...windowGeometry(window),
  sourceChannels: channels,
  multiplier,
});

/** Memory for the image with every channel repeated; with one output for each channel it is read where it is. */
const repeatedImage = (window: Window, { channels, multiplier }: DepthwiseShape) =>
  multiplier === 1 ? 0 : window.inputHeight * window.inputWidth * channels * multiplier;

export function lowerDepthwise(builder: StepBuilder, operation: OperationOf<'depthwiseConv2d'>, shape: DepthwiseShape): void {
  const { window, x, w, bias, y, samples } = operation;
  const outputs = shape.channels * shape.multiplier;
  const fields = {
    ...slidingFields(window, shape),
    firstTap: 0,
    tapRowStep: window.kernelWidth,
    tapColumnStep: 1,
    outputStart: 0,
    outputRowPitch: window.outputWidth * outputs,
    outputPixelPitch: outputs,
    outputSamplePitch: window.outputHeight * window.outputWidth * outputs,
  };
  builder.onSamples('depthwise', samples, { x, w, bias, y, ...fields }, repeatedImage(window, shape));
}

export function lowerDepthwiseInputGradient(
  builder: StepBuilder,
  operation: OperationOf<'depthwiseConv2dInputGradient'>,
  shape: DepthwiseShape,
): void {
  const { window, dy, w, dx, samples } = operation;
  const { rows, columns } = inputGradientPhases(window);
  const spreadOut = [...rows, ...columns].some(({ spacing }) => spacing !== 1);
  if (shape.multiplier > 1 || spreadOut) {
    builder.onSamples('depthwiseInputGradient', samples, { dy, w, dx, ...slidingFields(window, shape) });
    return;
  }
  for (const row of rows)
    for (const column of columns) {
      const fields = {
        sourceChannels: shape.channels,
        ...phaseGeometry(window, row, column),
        multiplier: 1,
        firstTap: lastTap(row) * window.kernelWidth + lastTap(column),
        tapRowStep: -row.tapStep * window.kernelWidth,
        tapColumnStep: -column.tapStep,
        ...phaseOutput(window, shape.channels, row, column),
      };
      builder.onSamples('depthwise', samples, { x: dy, w, bias: undefined, y: dx, ...fields });
    }
}

/** The tap of the kernel with which a phase's turned window begins. */
const lastTap = (axis: PhaseAxis) => axis.firstTap + Math.max(0, axis.taps - 1) * axis.tapStep;

export function lowerDepthwiseWeightGradient(
  builder: StepBuilder,
  operation: OperationOf<'depthwiseConv2dWeightGradient'>,
  shape: DepthwiseShape,
): void {
  const { window, x, dy, dw, dbias, samples } = operation;
  const rows = window.kernelHeight * window.kernelWidth;
  const columns = shape.channels * shape.multiplier;
  const partial = builder.workTensor(builder.target.threads * (rows + 1) * packedChannels(columns, builder.target.lanes));
  const fields = { x, dy, partial, ...slidingFields(window, shape), withBias: Number(dbias !== undefined) };
  const rowOfZeros = window.inputWidth * columns;
  builder.onSamples('depthwiseWeightGradient', samples, fields, rowOfZeros + repeatedImage(window, shape));
  builder.acrossSamples('sumPartials', undefined, { partial, dw, dbias, rows, columns });
}
