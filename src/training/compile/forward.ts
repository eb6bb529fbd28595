import type { ActivationFunction, Operation, TensorId } from '../../engine/program';
import type { Layer } from '../../protocol/layer-graph';
import type { BlockExecution } from './block-execution';
import type { Operands, Quantizer } from './fixed-point';
import type { ForwardMode } from './forward-mode';
import type { ProgramBuilder } from './program-builder';
import type { WeightTensors } from './weight-tensors';
import { windowOf } from './window';

/** What a forward pass leaves for the backward pass. */
export interface ForwardPass {
  /** Output tensor by layer name. A layer that changes nothing (linear activation, dropout in inference) shares its input's. */
  readonly outputs: ReadonlyMap<string, TensorId>;
  /** Batch statistics that the gradient of batch norm needs, by layer name. */
  readonly statistics: ReadonlyMap<string, { readonly mean: TensorId; readonly inverseDeviation: TensorId }>;
  /** What each convolution multiplied, by layer name. */
  readonly operands: ReadonlyMap<string, Operands>;
  /** Seed tensors of the dropout layers, by layer name. */
  readonly dropoutSeeds: ReadonlyMap<string, TensorId>;
}

const engineActivations: readonly string[] = ['relu', 'relu6', 'sigmoid', 'tanh'] satisfies ActivationFunction[];

export function isEngineActivation(name: string): name is ActivationFunction {
  return engineActivations.includes(name);
}

/**
 * Adds the operations of a forward pass through `layers` to `operations`.
 * @param blocks how gated blocks run; absent: every block runs for every sample.
 * @param quantizer brings what convolutions multiply into fixed point; absent: they compute in float32.
 */
export function emitForward(
  builder: ProgramBuilder,
  operations: Operation[],
  layers: readonly Layer[],
  weights: WeightTensors,
  images: TensorId,
  mode: ForwardMode,
  blocks?: BlockExecution,
  quantizer?: Quantizer,
): ForwardPass {
  const outputs = new Map<string, TensorId>();
  const statistics = new Map<string, { mean: TensorId; inverseDeviation: TensorId }>();
  const convolved = new Map<string, Operands>();
  const dropoutSeeds = new Map<string, TensorId>();

  for (const layer of layers) {
    blocks?.before(layer.name, outputs);
    const inputs = layer.inputs.map((name) => outputs.get(name)!);
    const y = emitLayer(layer, inputs);
    outputs.set(layer.name, blocks?.after(layer.name, y, outputs) ?? y);
  }
  return { outputs, statistics, operands: convolved, dropoutSeeds };

  function emitLayer(layer: Layer, inputs: readonly TensorId[]): TensorId {
    const x = inputs[0]!;
    const samples = blocks?.samplesOf(layer.name);
    const onSamples = <T extends Operation>(operation: T): T => (samples === undefined ? operation : { ...operation, samples });
    const output = () => builder.perSample(`${layer.name} (${mode})`, layer.outputShape);
    const emit = (operation: Operation & { readonly y: TensorId }): TensorId => {
      operations.push(onSamples(operation));
      return operation.y;
    };
    switch (layer.kind) {
      case 'input':
        return images;
      case 'conv2d':
      case 'depthwiseConv2d': {
        const window = windowOf(layer, builder.shapeOf(x), layer.kernelSize, layer.dilation);
        const { kernel, bias } = weights.of(layer);
        const signed = quantizer?.isSigned(layer.inputs[0]!) ?? true;
        const operands = quantizer?.operands(layer.name, x, signed, kernel!, layer.outputShape[2]!, samples) ?? { x, w: kernel! };
        convolved.set(layer.name, operands);
        return emit({ kind: layer.kind, x: operands.x, w: operands.w, ...(bias !== undefined && { bias }), y: output(), window });
      }
      case 'dense': {
        const { kernel, bias } = weights.of(layer);
        return emit({ kind: 'dense', x, w: kernel!, ...(bias !== undefined && { bias }), y: output() });
      }
      case 'batchNormalization':
        return emitBatchNormalization(layer, x, output(), onSamples);
      case 'activation':
        if (layer.function === 'linear') return x;
        if (!isEngineActivation(layer.function)) throw outsideReach(layer, `the activation ${layer.function}`);
        return emit({ kind: 'activation', function: layer.function, x, y: output() });
      case 'maxPooling2d':
      case 'averagePooling2d':
        return emit({ kind: layer.kind, x, y: output(), window: windowOf(layer, builder.shapeOf(x), layer.poolSize) });
      case 'globalAveragePooling2d':
        return emit({ kind: 'globalAveragePooling2d', x, y: output() });
      case 'add':
        return inputs.slice(1).reduce((sum, b) => emit({ kind: 'add', a: sum, b, y: output() }), x);
      case 'concatenate': {
        const whole = output();
        let offset = 0;
        for (const part of inputs) {
          operations.push(onSamples({ kind: 'concatenatePart', part, whole, offset }));
          offset += builder.shapeOf(part).at(-1)!;
        }
        return whole;
      }
      case 'flatten':
        return emit({ kind: 'copy', x, y: output() });
      case 'zeroPadding2d':
        return emit({ kind: 'zeroPadding2d', x, y: output(), top: layer.padding.top, left: layer.padding.left });
      case 'dropout': {
        if (mode !== 'train' || layer.rate === 0) return x;
        const seed = builder.tensor(`${layer.name}/seed`, [1], 'input', 'int32');
        dropoutSeeds.set(layer.name, seed);
        return emit({ kind: 'dropout', x, y: output(), rate: layer.rate, seed });
      }
      case 'other':
        throw outsideReach(layer, layer.className);
    }
  }

  function emitBatchNormalization(
    layer: Layer & { kind: 'batchNormalization' },
    x: TensorId,
    y: TensorId,
    onSamples: (operation: Operation) => Operation,
  ): TensorId {
    const { gamma, beta, movingMean, movingVariance } = weights.of(layer);
    const common = {
      x,
      y,
      ...(gamma !== undefined && { gamma }),
      ...(beta !== undefined && { beta }),
      runningMean: movingMean!,
      runningVariance: movingVariance!,
      epsilon: layer.epsilon,
    };
    if (mode === 'inference') {
      operations.push(onSamples({ kind: 'batchNormalizationInference', ...common }));
      return y;
    }
    const channels = layer.outputShape.slice(-1);
    const mean = builder.tensor(`${layer.name}/batch mean`, channels, 'temporary');
    const inverseDeviation = builder.tensor(`${layer.name}/inverse deviation`, channels, 'temporary');
    statistics.set(layer.name, { mean, inverseDeviation });
    operations.push(
      onSamples({
        kind: 'batchNormalization',
        ...common,
        mean,
        inverseDeviation,
        momentum: layer.momentum,
        // PyTorch and TensorFlow's fused batch norm (which Keras takes for images) both correct the running variance by n/(n−1).
        unbiasedRunningVariance: true,
      }),
    );
    return y;
  }
}

function outsideReach(layer: Layer, what: string): Error {
  return new Error(`The layer “${layer.name}” cannot be trained here: ${what} is outside training's reach.`);
}
