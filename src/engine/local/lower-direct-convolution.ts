import type { Window } from '../program';
import { packedChannels, packedWeights } from './pack-weights';
import type { Channels, OperationOf, StepBuilder } from './step';

/** Convolutions of any shape as steps of the direct kernels. */

/** What a window slides over and how, in the fields that all convolutions share. */
export const windowGeometry = (window: Window) => ({
  sourceHeight: window.inputHeight,
  sourceWidth: window.inputWidth,
  top: window.padTop,
  left: window.padLeft,
  kernelHeight: window.kernelHeight,
  kernelWidth: window.kernelWidth,
  strideHeight: window.strideHeight,
  strideWidth: window.strideWidth,
  dilationHeight: window.dilationHeight,
  dilationWidth: window.dilationWidth,
  outputHeight: window.outputHeight,
  outputWidth: window.outputWidth,
});

/** Fields that lay the image into its zero-bordered copy and slide the window over it. */
export function borderedWindow(window: Window) {
  const paddedHeight = (window.outputHeight - 1) * window.strideHeight + (window.kernelHeight - 1) * window.dilationHeight + 1;
  const paddedWidth = (window.outputWidth - 1) * window.strideWidth + (window.kernelWidth - 1) * window.dilationWidth + 1;
  return { ...windowGeometry(window), spacingHeight: 1, spacingWidth: 1, paddedHeight, paddedWidth };
}

export function lowerDirectConvolution(builder: StepBuilder, operation: OperationOf<'conv2d'>, channels: Channels): void {
  const { window, w, x, y, bias, samples } = operation;
  const packed = packedWeights(builder, w, channels, 0, {
    kernelWidth: window.kernelWidth,
    ...{ firstRow: 0, rowStep: 1, rows: window.kernelHeight },
    ...{ firstColumn: 0, columnStep: 1, columns: window.kernelWidth },
  });
  const fields = borderedWindow(window);
  builder.onSamples(
    'convolution',
    samples,
    {
      x,
      packed,
      bias,
      y,
      sourceChannels: channels.input,
      ...fields,
      outputChannels: channels.output,
      outputStart: 0,
      outputRowPitch: window.outputWidth * channels.output,
      outputPixelPitch: channels.output,
      outputSamplePitch: window.outputHeight * window.outputWidth * channels.output,
    },
    fields.paddedHeight * fields.paddedWidth * channels.input,
  );
}

/** One axis of a phase of the input gradient: which pixels of dx, which rows of the kernel, and where dy lies in its copy. */
export interface PhaseAxis {
  readonly start: number;
  readonly count: number;
  readonly step: number;
  readonly firstTap: number;
  readonly tapStep: number;
  readonly taps: number;
  readonly border: number;
  readonly spacing: number;
  readonly dilation: number;
}

/**
 * dx[i] = Σ over taps t with i + pad = o·stride + t·dilation of dy[o]·w[t]. For a stride s the pixels i fall into s phases by (i + pad) mod s;
 * within one, the taps are t = phase + s·j and the sum is a correlation of dy with the turned taps. A window with both stride and dilation
 * is rare: there dy is spread out with zeros instead, and there is one phase.
 */
function phases(input: number, kernel: number, stride: number, dilation: number, pad: number): PhaseAxis[] {
  if (stride === 1 || dilation > 1) {
    const border = (kernel - 1) * dilation - pad;
    return [{ start: 0, count: input, step: 1, firstTap: 0, tapStep: 1, taps: kernel, border, spacing: stride, dilation }];
  }
  return Array.from({ length: stride }, (_, phase) => {
    const start = (((phase - pad) % stride) + stride) % stride;
    const taps = Math.max(0, Math.ceil((kernel - phase) / stride));
    const firstOutput = (start + pad - phase) / stride;
    const count = Math.max(0, Math.ceil((input - start) / stride));
    return { start, count, step: stride, firstTap: phase, tapStep: stride, taps, border: taps - 1 - firstOutput, spacing: 1, dilation: 1 };
  }).filter((axis) => axis.count > 0);
}

/** The phases of the input gradient along both axes. */
export const inputGradientPhases = (window: Window) => ({
  rows: phases(window.inputHeight, window.kernelHeight, window.strideHeight, window.dilationHeight, window.padTop),
  columns: phases(window.inputWidth, window.kernelWidth, window.strideWidth, window.dilationWidth, window.padLeft),
});

/** What a phase's turned window slides over, dy, and how; as `windowGeometry`. */
export const phaseGeometry = (window: Window, row: PhaseAxis, column: PhaseAxis) => ({
  sourceHeight: window.outputHeight,
  sourceWidth: window.outputWidth,
  top: row.border,
  left: column.border,
  kernelHeight: row.taps,
  kernelWidth: column.taps,
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: row.dilation,
  dilationWidth: column.dilation,
  outputHeight: row.count,
  outputWidth: column.count,
});

/** Where a phase's pixels of dx are. */
export const phaseOutput = (window: Window, channels: number, row: PhaseAxis, column: PhaseAxis) => ({
  outputStart: (row.start * window.inputWidth + column.start) * channels,
  outputRowPitch: row.step * window.inputWidth * channels,
  outputPixelPitch: column.step * channels,
  outputSamplePitch: window.inputHeight * window.inputWidth * channels,
});

export function lowerDirectInputGradient(builder: StepBuilder, operation: OperationOf<'conv2dInputGradient'>, channels: Channels): void {
  const { window, w, dy, dx, samples } = operation;
  const { rows, columns } = inputGradientPhases(window);
  const packedPhases = rows.flatMap((row) =>
    columns.map((column) => ({ row, column, packed: packedWeights(builder, w, channels, 1, phaseTaps(window, row, column)) })),
  );
  for (const { row, column, packed } of packedPhases) {
    const paddedHeight = row.count + Math.max(0, row.taps - 1) * row.dilation;
    const paddedWidth = column.count + Math.max(0, column.taps - 1) * column.dilation;
    builder.onSamples(
      'convolution',
      samples,
      {
        x: dy,
        packed,
        bias: undefined,
        y: dx,
        sourceChannels: channels.output,
        ...phaseGeometry(window, row, column),
        spacingHeight: row.spacing,
        spacingWidth: column.spacing,
        paddedHeight,
        paddedWidth,
        outputChannels: channels.input,
        ...phaseOutput(window, channels.input, row, column),
      },
      paddedHeight * paddedWidth * channels.output,
    );
  }
}

const phaseTaps = (window: Window, row: PhaseAxis, column: PhaseAxis) => ({
  kernelWidth: window.kernelWidth,
  ...{ firstRow: row.firstTap, rowStep: row.tapStep, rows: row.taps },
  ...{ firstColumn: column.firstTap, columnStep: column.tapStep, columns: column.taps },
});

export function lowerDirectWeightGradient(builder: StepBuilder, operation: OperationOf<'conv2dWeightGradient'>, channels: Channels): void {
  const { window, x, dy, dw, dbias, samples } = operation;
  const rows = window.kernelHeight * window.kernelWidth * channels.input;
  const pitch = packedChannels(channels.output, builder.target.lanes);
  const partial = builder.workTensor(builder.target.threads * (rows + 1) * pitch);
  const fields = borderedWindow(window);
  builder.onSamples(
    'convolutionWeightGradient',
    samples,
    { x, dy, partial, sourceChannels: channels.input, ...fields, outputChannels: channels.output },
    fields.paddedHeight * fields.paddedWidth * channels.input + window.outputHeight * window.outputWidth * pitch,
  );
  builder.acrossSamples('sumPartials', undefined, { partial, dw, dbias, rows, columns: channels.output });
}
