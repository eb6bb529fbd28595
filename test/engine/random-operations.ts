import fc from 'fast-check';
import type { Window } from '../../src/engine/program';
import { fixedPointOperations } from './fixed-point-operations';
import { noise } from './noise';
import type { NamedTensor } from './operation-program';

/** Random shapes, strides, dilations, channel counts, sample lists and partial batches for the operations whose shapes vary most. */

export interface AnyCase {
  readonly window: Window;
  readonly inputs: number;
  readonly outputs: number;
  readonly batchSize: number;
  readonly samples: number;
  /** Listed samples, or none for the first `samples` of the batch. */
  readonly list: readonly number[] | undefined;
  readonly withBias: boolean;
}

const axis = fc
  .record({
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.constantFrom(1, 1, 1, 2, 3),
    output: fc.integer({ min: 1, max: 9 }),
  })
  .chain(({ kernel, stride, dilation, output }) => {
    const seen = (output - 1) * stride + (kernel - 1) * dilation + 1;
    return fc
      .record({
        kernel: fc.constant(kernel),
        stride: fc.constant(stride),
        dilation: fc.constant(dilation),
        output: fc.constant(output),
        pad: fc.integer({ min: 0, max: Math.max(0, Math.min(kernel * dilation - 1, seen - 1)) }),
        // More or fewer pixels than the windows see: what is left over is ignored, what is missing is zero.
        spare: fc.integer({ min: -1, max: 2 }),
      })
      .map((rest) => ({ ...rest, input: Math.max(1, seen - rest.pad + rest.spare) }));
  });

type Axis = typeof axis extends fc.Arbitrary<infer T> ? T : never;

/** Three taps, stride 1, any padding: where the engine may take Winograd's algorithm. */
const threeTapAxis: fc.Arbitrary<Axis> = fc
  .record({ output: fc.integer({ min: 1, max: 13 }), pad: fc.integer({ min: 0, max: 2 }), spare: fc.integer({ min: -1, max: 2 }) })
  .map(({ output, pad, spare }) => ({
    kernel: 3,
    stride: 1,
    dilation: 1,
    output,
    pad,
    spare,
    input: Math.max(1, output + 2 - pad + spare),
  }));

/** One tap that sees every pixel: where the engine takes all pixels, and samples that are neighbours, as one product. */
const oneTapAxis: fc.Arbitrary<Axis> = fc
  .integer({ min: 1, max: 13 })
  .map((size) => ({ kernel: 1, stride: 1, dilation: 1, output: size, pad: 0, spare: 0, input: size }));

const caseOf = (axes: fc.Arbitrary<Axis>, inputs: fc.Arbitrary<number>, outputs: fc.Arbitrary<number>): fc.Arbitrary<AnyCase> =>
  fc
    .record({
      vertical: axes,
      horizontal: axes,
      inputs,
      outputs,
      batchSize: fc.integer({ min: 1, max: 5 }),
      withBias: fc.boolean(),
    })
    .chain(({ vertical, horizontal, batchSize, ...rest }) =>
      fc.record({
        ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, fc.constant(value)])),
        batchSize: fc.constant(batchSize),
        window: fc.constant({
          inputHeight: vertical.input,
          inputWidth: horizontal.input,
          outputHeight: vertical.output,
          outputWidth: horizontal.output,
          kernelHeight: vertical.kernel,
          kernelWidth: horizontal.kernel,
          strideHeight: vertical.stride,
          strideWidth: horizontal.stride,
          dilationHeight: vertical.dilation,
          dilationWidth: horizontal.dilation,
          padTop: vertical.pad,
          padLeft: horizontal.pad,
        }),
        samples: fc.integer({ min: 1, max: batchSize }),
        list: fc.option(fc.subarray(Array.from({ length: batchSize }, (_, i) => i)), { nil: undefined }),
      }),
    ) as fc.Arbitrary<AnyCase>;

export const anyCase = caseOf(axis, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 40 }));
/** Channels that fill whole vectors on every build, in one panel, in two and in panels of unequal width. */
const wholeVectors = fc.constantFrom(16, 32, 48);
export const threeByThreeCase = caseOf(threeTapAxis, wholeVectors, wholeVectors);
export const oneByOneCase = caseOf(oneTapAxis, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 70 }));

/** Standard deviations, variances and ranges are positive. */
export function valuesFor(tensor: string, length: number, seed: number): Float32Array {
  const values = noise(length, seed);
  return /variance|deviation|range/i.test(tensor) ? values.map((value) => 1 + value / 2) : values;
}

/** Whether an operation of these tensors can be told which samples to work on. */
export const worksOnSamples = (tensors: Record<string, NamedTensor>) => Object.values(tensors).some(({ perSample }) => perSample);

export const image = (height: number, width: number, channels: number): NamedTensor => ({
  shape: [height, width, channels],
  perSample: true,
  type: 'float32',
});
export const shared = (...shape: number[]): NamedTensor => ({ shape, perSample: false, type: 'float32' });

/** An operation on named tensors, for `operationProgram`. */
export type OperationOfCase = (anyInput: AnyCase) => [operation: Record<string, unknown>, tensors: Record<string, NamedTensor>];

export const randomOperations: Record<string, OperationOfCase> = {
  convolutions: ({ window, inputs, outputs, withBias }) => {
    const x = image(window.inputHeight, window.inputWidth, inputs);
    const y = image(window.outputHeight, window.outputWidth, outputs);
    const w = shared(window.kernelHeight, window.kernelWidth, inputs, outputs);
    return [
      { kind: 'conv2d', x: 'x', w: 'w', y: 'y', window, ...(withBias && { bias: 'bias' }) },
      { x, w, y, bias: shared(outputs) },
    ];
  },
  'input gradients': ({ window, inputs, outputs }) => {
    const dx = image(window.inputHeight, window.inputWidth, inputs);
    const dy = image(window.outputHeight, window.outputWidth, outputs);
    const w = shared(window.kernelHeight, window.kernelWidth, inputs, outputs);
    return [
      { kind: 'conv2dInputGradient', dy: 'dy', w: 'w', dx: 'dx', window },
      { dy, w, dx },
    ];
  },
  'weight gradients': ({ window, inputs, outputs, withBias }) => {
    const x = image(window.inputHeight, window.inputWidth, inputs);
    const dy = image(window.outputHeight, window.outputWidth, outputs);
    const dw = shared(window.kernelHeight, window.kernelWidth, inputs, outputs);
    const operation = { kind: 'conv2dWeightGradient', x: 'x', dy: 'dy', dw: 'dw', window, ...(withBias && { dbias: 'dbias' }) };
    return [operation, { x, dy, dw, dbias: shared(outputs) }];
  },
  'depthwise convolutions': ({ window, inputs, outputs, withBias }) => {
    const multiplier = 1 + (outputs % 3);
    const x = image(window.inputHeight, window.inputWidth, inputs);
    const y = image(window.outputHeight, window.outputWidth, inputs * multiplier);
    const w = shared(window.kernelHeight, window.kernelWidth, inputs, multiplier);
    return [
      { kind: 'depthwiseConv2d', x: 'x', w: 'w', y: 'y', window, ...(withBias && { bias: 'bias' }) },
      { x, w, y, bias: shared(inputs * multiplier) },
    ];
  },
  'depthwise input gradients': ({ window, inputs, outputs }) => {
    const multiplier = 1 + (outputs % 3);
    const dx = image(window.inputHeight, window.inputWidth, inputs);
    const dy = image(window.outputHeight, window.outputWidth, inputs * multiplier);
    const w = shared(window.kernelHeight, window.kernelWidth, inputs, multiplier);
    return [
      { kind: 'depthwiseConv2dInputGradient', dy: 'dy', w: 'w', dx: 'dx', window },
      { dy, w, dx },
    ];
  },
  'depthwise weight gradients': ({ window, inputs, outputs, withBias }) => {
    const multiplier = 1 + (outputs % 3);
    const x = image(window.inputHeight, window.inputWidth, inputs);
    const dy = image(window.outputHeight, window.outputWidth, inputs * multiplier);
    const dw = shared(window.kernelHeight, window.kernelWidth, inputs, multiplier);
    const operation = { kind: 'depthwiseConv2dWeightGradient', x: 'x', dy: 'dy', dw: 'dw', window, ...(withBias && { dbias: 'dbias' }) };
    return [operation, { x, dy, dw, dbias: shared(inputs * multiplier) }];
  },
  'dense layers': ({ inputs, outputs, withBias }) => {
    const tensors = { x: image(1, 1, inputs * 7), w: shared(inputs * 7, outputs), y: image(1, 1, outputs), bias: shared(outputs) };
    return [{ kind: 'dense', x: 'x', w: 'w', y: 'y', ...(withBias && { bias: 'bias' }) }, tensors];
  },
  'batch normalizations': ({ window, outputs, withBias }) => {
    const x = image(window.inputHeight, window.inputWidth, outputs);
    const statistics = {
      mean: 'mean',
      inverseDeviation: 'inverseDeviation',
      runningMean: 'runningMean',
      runningVariance: 'runningVariance',
    };
    const constants = { momentum: 0.9, epsilon: 1e-3, unbiasedRunningVariance: withBias };
    const operation = {
      kind: 'batchNormalization',
      x: 'x',
      y: 'y',
      ...statistics,
      ...constants,
      ...(withBias && { gamma: 'gamma', beta: 'beta' }),
    };
    const vectors = Object.fromEntries(['gamma', 'beta', ...Object.keys(statistics)].map((name) => [name, shared(outputs)]));
    return [operation, { x, y: x, ...vectors }];
  },
  ...fixedPointOperations,
};
