import type { Operation, Program, TensorId } from '../engine/program';
import type { Layer, LayerOf } from '../protocol/layer-graph';
import type { Phase } from '../protocol/phases';
import { ProgramBuilder } from './compile/program-builder';
import { windowOf } from './compile/window';

/** A program whose one section does one phase of one layer. */
export interface LayerProgram {
  readonly program: Program;
  readonly section: 'layer';
  /** Tensors to fill before it runs: activations or gradients, and weights. */
  readonly operands: readonly TensorId[];
}

type Multiplying = LayerOf<'conv2d' | 'depthwiseConv2d' | 'dense'>;

/**
 * Forward pass, input gradient or weight gradient of a layer that multiplies by weights, in fp32.
 * @param inputShape of one sample.
 * @throws Error with one sentence for other layers and phases.
 */
export function layerProgram(layer: Layer, inputShape: readonly number[], phase: Phase, batchSize: number): LayerProgram {
  if (layer.kind !== 'conv2d' && layer.kind !== 'depthwiseConv2d' && layer.kind !== 'dense')
    throw new Error(`Convolutions and dense layers can be run alone, not ${layer.name} (${layer.kind}).`);
  if (phase === 'update') throw new Error('The forward pass and both gradients of a layer can be run alone, not its update.');
  const builder = new ProgramBuilder();
  const { kernelShape, biasShape } = shapesOf(layer, inputShape);
  const x = () => builder.perSample('x', inputShape, 'input');
  const w = () => builder.tensor('w', kernelShape, 'parameter');
  const dy = () => builder.perSample('dy', layer.outputShape, 'input');
  const bias = (name: string, role: 'parameter' | 'output') => (layer.useBias ? { [name]: builder.tensor(name, biasShape, role) } : {});
  const window = layer.kind === 'dense' ? {} : { window: windowOf(layer, inputShape, layer.kernelSize, layer.dilation) };
  const { kind } = layer;
  const [operands, operation] = {
    forward: (): [TensorId[], object] => {
      const [input, weights] = [x(), w()];
      return [
        [input, weights],
        { kind, x: input, w: weights, ...bias('bias', 'parameter'), y: builder.perSample('y', layer.outputShape, 'output') },
      ];
    },
    inputGradient: (): [TensorId[], object] => {
      const [gradient, weights] = [dy(), w()];
      const dx = builder.perSample('dx', inputShape, 'output');
      return [[gradient, weights], { kind: `${kind}InputGradient`, dy: gradient, w: weights, dx }];
    },
    weightGradient: (): [TensorId[], object] => {
      const [input, gradient] = [x(), dy()];
      const dw = builder.tensor('dw', kernelShape, 'output');
      return [[input, gradient], { kind: `${kind}WeightGradient`, x: input, dy: gradient, dw, ...bias('dbias', 'output') }];
    },
  }[phase]();
  builder.section('layer').push({ ...operation, ...window } as Operation);
  return { program: builder.build(batchSize), section: 'layer', operands };
}

function shapesOf(layer: Multiplying, inputShape: readonly number[]): { kernelShape: readonly number[]; biasShape: readonly number[] } {
  const channels = inputShape.at(-1)!;
  if (layer.kind === 'dense') return { kernelShape: [channels, layer.units], biasShape: [layer.units] };
  if (layer.kind === 'conv2d') return { kernelShape: [...layer.kernelSize, channels, layer.filters], biasShape: [layer.filters] };
  return { kernelShape: [...layer.kernelSize, channels, layer.depthMultiplier], biasShape: [channels * layer.depthMultiplier] };
}
