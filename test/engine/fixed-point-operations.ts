import type { NamedTensor } from './operation-program';
import type { AnyCase, OperationOfCase } from './random-operations';

/** Random cases of the operations in fixed point: quantizers, PSG's predictor and its choice of gradients. */

const image = (height: number, width: number, channels: number): NamedTensor => ({
  shape: [height, width, channels],
  perSample: true,
  type: 'float32',
});
const shared = (...shape: number[]): NamedTensor => ({ shape, perSample: false, type: 'float32' });

/** Bits that vary with the case. */
function formatOf({ inputs, outputs, withBias }: AnyCase) {
  const bits = 2 + ((inputs * 7 + outputs) % 15);
  return { bits, msbBits: 1 + (outputs % bits), signed: withBias };
}

const inputOf = ({ window, inputs }: AnyCase) => image(window.inputHeight, window.inputWidth, inputs);
const outputOf = ({ window, outputs }: AnyCase) => image(window.outputHeight, window.outputWidth, outputs);
const kernelOf = ({ window, inputs, outputs }: AnyCase) => shared(window.kernelHeight, window.kernelWidth, inputs, outputs);

export const fixedPointOperations: Record<string, OperationOfCase> = {
  'quantization ranges': (anyInput) => {
    const running = anyInput.withBias ? { running: 'running' } : {};
    const of = anyInput.outputs % 2 === 0 ? 'mean' : 'maximum';
    const operation = { kind: 'quantizationRange', x: 'x', range: 'range', momentum: 0.1, of, ...running };
    return [operation, { x: inputOf(anyInput), range: shared(1), running: shared(1) }];
  },
  quantizers: (anyInput) => {
    const x = inputOf(anyInput);
    return [
      { kind: 'quantize', x: 'x', range: 'range', y: 'y', msb: 'msb', ...formatOf(anyInput) },
      { x, range: shared(1), y: x, msb: x },
    ];
  },
  'weight quantizers': (anyInput) => {
    const w = kernelOf(anyInput);
    const { bits, msbBits } = formatOf(anyInput);
    return [
      { kind: 'quantizeWeights', w: 'w', y: 'y', msb: 'msb', channels: anyInput.outputs, bits, msbBits },
      { w, y: w, msb: w },
    ];
  },
  'predictor gradients': (anyInput) => {
    const gradientBits = 2 + ((anyInput.inputs * 5) % 15);
    const tensors = { x: inputOf(anyInput), dy: outputOf(anyInput), dw: kernelOf(anyInput), range: shared(1), gradientRange: shared(1) };
    const names = { x: 'x', dy: 'dy', dw: 'dw', range: 'range', gradientRange: 'gradientRange' };
    return [{ kind: 'conv2dPredictorGradient', ...names, window: anyInput.window, ...formatOf(anyInput), gradientBits }, tensors];
  },
  'predictive gradients': (anyInput) => {
    const g = kernelOf(anyInput);
    const names = { predicted: 'predicted', full: 'full', g: 'g', threshold: 'threshold', metrics: 'metrics' };
    return [
      { kind: 'predictiveGradient', ...names, signs: anyInput.withBias },
      { predicted: g, full: g, g, threshold: shared(1), metrics: shared(2) },
    ];
  },
  signs: (anyInput) => {
    const x = anyInput.withBias ? inputOf(anyInput) : kernelOf(anyInput);
    return [
      { kind: 'sign', x: 'x', y: 'y' },
      { x, y: x },
    ];
  },
};
