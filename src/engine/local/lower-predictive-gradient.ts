import { lowerWeightGradient } from './lower-convolution';
import { borderedWindow } from './lower-direct-convolution';
import { lowerWinogradPredictor, winogradFits } from './lower-winograd';
import { packedChannels } from './pack-weights';
import { sharedConstants } from './shared-constants';
import type { Channels, OperationOf, StepBuilder } from './step';

/** PSG's operations as steps of the kernels. */

export function lowerQuantizationRange(builder: StepBuilder, operation: OperationOf<'quantizationRange'>, elements: number): void {
  const { x, range, running, momentum, samples } = operation;
  const maxima = builder.workTensor(builder.batchSize);
  builder.onSamples('sampleMaximum', samples, { x, maxima, elements });
  builder.acrossSamples('quantizationRange', samples, { maxima, range, running, mean: Number(operation.of === 'mean'), momentum });
}

/** Whether levels fit 16 bits and a pair of their products 32, as `predictor_weight_gradient.c` needs. */
function fitsIntegers({ bits, signed, gradientBits }: OperationOf<'conv2dPredictorGradient'>): boolean {
  return bits <= (signed ? 16 : 15) && bits + gradientBits <= 31;
}

export function lowerPredictorGradient(builder: StepBuilder, operation: OperationOf<'conv2dPredictorGradient'>, channels: Channels): void {
  if (winogradFits(operation.window, channels, builder.target)) lowerWinogradPredictor(builder, operation, channels);
  else if (fitsIntegers(operation)) lowerIntegerPredictor(builder, operation, channels);
  else lowerFloatPredictor(builder, operation, channels);
}

/** With more bits than that, the values of the levels in float32, for shapes that are not Winograd's. */
function lowerFloatPredictor(builder: StepBuilder, operation: OperationOf<'conv2dPredictorGradient'>, channels: Channels): void {
  const { x, range, dy, gradientRange, dw, window, samples, bits, msbBits, signed, gradientBits } = operation;
  const inputs = window.inputHeight * window.inputWidth * channels.input;
  const outputs = window.outputHeight * window.outputWidth * channels.output;
  const levels = builder.workTensor(builder.batchSize * inputs);
  const gradientLevels = builder.workTensor(builder.batchSize * outputs);
  const format = { bits, msbBits, isSigned: Number(signed) };
  builder.onSamples('quantize', samples, { x, range, y: undefined, msb: levels, elements: inputs, ...format });
  const gradientFormat = { bits: gradientBits, msbBits: gradientBits, isSigned: 1 };
  const gradientFields = { x: dy, range: gradientRange, y: gradientLevels, msb: undefined, elements: outputs };
  builder.onSamples('quantize', samples, { ...gradientFields, ...gradientFormat });
  const product = { kind: 'conv2dWeightGradient', x: levels, dy: gradientLevels, dw, window } as const;
  lowerWeightGradient(builder, samples === undefined ? product : { ...product, samples }, channels);
}

function lowerIntegerPredictor(builder: StepBuilder, operation: OperationOf<'conv2dPredictorGradient'>, channels: Channels): void {
  const { x, range, dy, gradientRange, dw, window, samples, bits, msbBits, gradientBits } = operation;
  const pitch = packedChannels(channels.output, builder.target.lanes);
  const rows = window.kernelHeight * window.kernelWidth * channels.input;
  const partial = builder.workTensor(2 * builder.target.threads * rows * pitch);
  const fields = borderedWindow(window);
  const format = { bits, isSigned: Number(operation.signed), gradientBits };
  const { lanes } = builder.target;
  const pairsAcross = Math.ceil(window.outputWidth / 2);
  const imagePairs = fields.paddedHeight * pairsAcross * window.kernelWidth * channels.input + lanes;
  const gradientPairs = window.outputHeight * pairsAcross * pitch;
  const rowLevels = (fields.paddedWidth + window.strideWidth) * channels.input + lanes;
  builder.onSamples(
    'predictorWeightGradient',
    samples,
    {
      x,
      range,
      dy,
      gradientRange,
      partial,
      sourceChannels: channels.input,
      ...fields,
      outputChannels: channels.output,
      ...format,
      msbBits,
    },
    imagePairs + gradientPairs + rowLevels,
  );
  builder.acrossSamples('sumPredictorPartials', undefined, {
    partial,
    range,
    gradientRange,
    dw,
    rows,
    columns: channels.output,
    ...format,
  });
}

export function lowerPredictiveGradient(builder: StepBuilder, operation: OperationOf<'predictiveGradient'>, elements: number): void {
  const { predicted, full, g, threshold, metrics } = operation;
  const counts = builder.workTensor(sharedConstants.countsPitch * builder.target.threads);
  const signs = Number(operation.signs);
  builder.acrossSamples('predictiveGradient', undefined, { predicted, full, threshold, g, counts, elements, signs });
  builder.acrossSamples('sumCounts', undefined, { counts, metrics });
}
