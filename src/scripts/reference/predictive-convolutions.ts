import * as z from 'zod';
import type { Engine } from '../../engine/engine';
import type { Window } from '../../engine/program';
import { type Comparison, compareEntries, compareValues } from './comparison';
import { ProgramRun } from './program-run';
import type { ReferenceFormat } from './reference-format';
import { tensorSchema } from './tensor';

const convolutionSchema = z.object({
  name: z.string(),
  stride: z.int().min(1),
  inputSigned: z.boolean(),
  /** Of activations and weights. */
  bits: z.int().min(2).max(16),
  msbBits: z.int().min(1).max(16),
  /** Of the output gradient that the predictor sees. */
  msbGradBits: z.int().min(2).max(16),
  /** tau, or where negative −β. */
  threshold: z.number(),
  /** Whether the optimizer sees signs. */
  sign: z.boolean(),
  x: tensorSchema,
  w: tensorSchema,
  gy: tensorSchema,
  y: tensorSchema,
  gx: tensorSchema,
  gw: tensorSchema,
  gwFull: tensorSchema,
  gwMsb: tensorSchema,
  predictedRatio: z.number(),
});
type ConvolutionCase = z.infer<typeof convolutionSchema>;

/** Predictive convolutions: output, input gradient, both weight gradients and what the optimizer sees. */
export const predictiveConvolutions: ReferenceFormat<ConvolutionCase[]> = {
  name: 'predictive convolutions',
  marks: ['gy', 'gwFull', 'gwMsb'],
  schema: z.array(convolutionSchema).min(1),
  async check(cases, engine) {
    return (await Promise.all(cases.map((convolution) => checkConvolution(convolution, engine)))).flat();
  },
};

/** Padding of half the kernel, rounded down, on both sides. */
function windowOf({ x, w, gy, stride }: ConvolutionCase): Window {
  const [, inputHeight, inputWidth] = x.shape as [number, number, number, number];
  const [, outputHeight, outputWidth] = gy.shape as [number, number, number, number];
  const [kernelHeight, kernelWidth] = w.shape as [number, number, number, number];
  return {
    inputHeight,
    inputWidth,
    outputHeight,
    outputWidth,
    kernelHeight,
    kernelWidth,
    strideHeight: stride,
    strideWidth: stride,
    dilationHeight: 1,
    dilationWidth: 1,
    padTop: Math.floor(kernelHeight / 2),
    padLeft: Math.floor(kernelWidth / 2),
  };
}

async function checkConvolution(convolution: ConvolutionCase, engine: Engine): Promise<Comparison[]> {
  const { name, bits, msbBits, inputSigned: signed } = convolution;
  const window = windowOf(convolution);
  const program = new ProgramRun(convolution.x.shape[0]!);
  const x = program.input('x', convolution.x, true);
  const dy = program.input('dy', convolution.gy, true);
  const w = program.input('w', convolution.w, false);
  const threshold = program.number('threshold', convolution.threshold);
  const image = (tensor: string) => program.perSample(tensor, convolution.x.shape.slice(1));
  const kernel = (tensor: string) => program.shared(tensor, convolution.w.shape);
  const [quantizedX, dx, y] = [image('quantized x'), image('dx'), program.perSample('y', convolution.gy.shape.slice(1))];
  const [quantizedW, full, predicted, g] = [kernel('quantized w'), kernel('full'), kernel('predicted'), kernel('g')];
  const [range, gradientRange, metrics] = [
    program.shared('range', [1]),
    program.shared('gradient range', [1]),
    program.shared('metrics', [2]),
  ];
  program.do({ kind: 'quantizationRange', x, range, momentum: 0, of: 'mean' });
  program.do({ kind: 'quantize', x, range, y: quantizedX, bits, msbBits, signed });
  program.do({ kind: 'quantizeWeights', w, y: quantizedW, channels: convolution.w.shape[3]!, bits, msbBits });
  program.do({ kind: 'conv2d', x: quantizedX, w: quantizedW, y, window });
  program.do({ kind: 'conv2dInputGradient', dy, w: quantizedW, dx, window });
  program.do({ kind: 'conv2dWeightGradient', x: quantizedX, dy, dw: full, window });
  program.do({ kind: 'quantizationRange', x: dy, range: gradientRange, momentum: 0, of: 'maximum' });
  const formats = { bits, msbBits, signed, gradientBits: convolution.msbGradBits };
  program.do({ kind: 'conv2dPredictorGradient', x: quantizedX, range, dy, gradientRange, dw: predicted, window, ...formats });
  program.do({ kind: 'predictiveGradient', predicted, full, g, threshold, metrics, signs: convolution.sign });

  return program.run(engine, (values) => {
    const compareGradient = convolution.sign ? compareEntries : compareValues;
    const entries = convolution.w.values.length;
    const predictedEntries = values(metrics)[0]!;
    return [
      compareValues(`${name}: y`, values(y), convolution.y.values),
      compareValues(`${name}: gx`, values(dx), convolution.gx.values),
      compareValues(`${name}: gwFull`, values(full), convolution.gwFull.values),
      compareValues(`${name}: gwMsb`, values(predicted), convolution.gwMsb.values),
      compareGradient(`${name}: gw`, values(g), convolution.gw.values),
      {
        name: `${name}: predictedRatio`,
        measure: 'share of entries',
        error: Math.abs(predictedEntries / entries - convolution.predictedRatio),
        // One entry at the threshold may fall on its other side; the ratio is a float32.
        tolerance: Math.max(1e-3, 1.001 / entries),
      },
    ];
  });
}
