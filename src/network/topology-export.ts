import type { Initializer, Layer, LayerGraph, LayerOf, Padding } from '../protocol/layer-graph';
import { inputShapesOf } from './graph-queries';
import { TopologyError } from './network-errors';
import { layerWeights, type WeightSpecification } from './weights';
import { isSamePadding, noPadding, type Pair, samePadding } from './window';

export interface ExportedTopology {
  /** A Keras functional model as JSON, for the `modelTopology` of a model.json. */
  readonly modelTopology: Record<string, unknown>;
  /** The weights in the order in which their values stand in the weights file. */
  readonly weights: WeightSpecification[];
}

type Windowed = LayerOf<'conv2d'> | LayerOf<'depthwiseConv2d'> | LayerOf<'maxPooling2d' | 'averagePooling2d'>;
type PaddingMode = 'same' | 'valid' | 'explicit';
type NodeReference = [string, number, number, Record<string, never>];

function isWindowed(layer: Layer): layer is Windowed {
  return 'padding' in layer && 'strides' in layer;
}

function paddingMode(graph: LayerGraph, layer: Windowed): PaddingMode {
  if (isSamePadding(layer.padding, noPadding)) return 'valid';
  const [height = 0, width = 0] = inputShapesOf(graph, layer)[0] ?? [];
  const kernel: Pair = 'kernelSize' in layer ? layer.kernelSize : layer.poolSize;
  const dilation: Pair = 'dilation' in layer ? layer.dilation : [1, 1];
  return isSamePadding(layer.padding, samePadding([height, width], kernel, layer.strides, dilation)) ? 'same' : 'explicit';
}

function initializer(key: string, value: Initializer | undefined): Record<string, unknown> {
  return value ? { [key]: { class_name: value.className, config: value.config } } : {};
}

function windowSettings(layer: LayerOf<'conv2d'> | LayerOf<'depthwiseConv2d'>, mode: PaddingMode): Record<string, unknown> {
  return {
    kernel_size: layer.kernelSize,
    strides: layer.strides,
    dilation_rate: layer.dilation,
    padding: mode === 'same' ? 'same' : 'valid',
    data_format: 'channels_last',
    use_bias: layer.useBias,
    activation: 'linear',
  };
}

function poolingSettings(layer: LayerOf<'maxPooling2d' | 'averagePooling2d'>, mode: PaddingMode): Record<string, unknown> {
  if (mode === 'explicit') {
    throw new TopologyError(`Layer “${layer.name}” pools with a padding that Keras cannot express; use “same” or “valid”.`, layer.name);
  }
  return { pool_size: layer.poolSize, strides: layer.strides, padding: mode, data_format: 'channels_last' };
}

function zeroPaddingSettings({ top, bottom, left, right }: Padding): Record<string, unknown> {
  return {
    padding: [
      [top, bottom],
      [left, right],
    ],
    data_format: 'channels_last',
  };
}

/** Class name and settings of a layer in Keras. */
function kerasLayer(layer: Layer, mode: PaddingMode): [string, Record<string, unknown>] {
  switch (layer.kind) {
    case 'input':
      return ['InputLayer', { batch_input_shape: [null, ...layer.outputShape], dtype: 'float32', sparse: false }];
    case 'conv2d':
      return [
        'Conv2D',
        { filters: layer.filters, ...windowSettings(layer, mode), ...initializer('kernel_initializer', layer.kernelInitializer) },
      ];
    case 'depthwiseConv2d': {
      const settings = { depth_multiplier: layer.depthMultiplier, ...windowSettings(layer, mode) };
      return ['DepthwiseConv2D', { ...settings, ...initializer('depthwise_initializer', layer.kernelInitializer) }];
    }
    case 'batchNormalization': {
      const { epsilon, momentum, center, scale } = layer;
      return ['BatchNormalization', { axis: -1, epsilon, momentum, center, scale }];
    }
    case 'activation':
      if (layer.function === 'other' || layer.function === 'leakyRelu') {
        throw new TopologyError(`The activation “${layer.name}” (${layer.function}) cannot be written as a Keras model.`, layer.name);
      }
      return ['Activation', { activation: layer.function === 'hardSigmoid' ? 'hard_sigmoid' : layer.function }];
    case 'maxPooling2d':
      return ['MaxPooling2D', poolingSettings(layer, mode)];
    case 'averagePooling2d':
      return ['AveragePooling2D', poolingSettings(layer, mode)];
    case 'globalAveragePooling2d':
      return ['GlobalAveragePooling2D', { data_format: 'channels_last' }];
    case 'dense': {
      const settings = { units: layer.units, use_bias: layer.useBias, activation: 'linear' };
      return ['Dense', { ...settings, ...initializer('kernel_initializer', layer.kernelInitializer) }];
    }
    case 'add':
      return ['Add', {}];
    case 'concatenate':
      return ['Concatenate', { axis: -1 }];
    case 'flatten':
      return ['Flatten', {}];
    case 'zeroPadding2d':
      return ['ZeroPadding2D', zeroPaddingSettings(layer.padding)];
    case 'dropout':
      return ['Dropout', { rate: layer.rate }];
    case 'other':
      throw new TopologyError(`Layer “${layer.name}” (${layer.className}) cannot be written as a Keras model.`, layer.name);
  }
}

interface WrittenLayer {
  class_name: string;
  name: string;
  config: Record<string, unknown>;
  inbound_nodes: NodeReference[][];
}

class TopologyWriter {
  readonly written = new Map<string, WrittenLayer>();
  private readonly references = new Map<string, NodeReference>();
  private readonly modes = new Map<string, PaddingMode>();

  constructor(private readonly graph: LayerGraph) {
    for (const layer of graph.layers) {
      if (!isWindowed(layer)) continue;
      const owner = layer.sharesWeightsWith ?? layer.name;
      const mode = paddingMode(graph, layer);
      const agreed = this.modes.get(owner);
      // Applications of one Keras layer have one padding: where they differ, each gets its zeros in a layer of their own.
      this.modes.set(owner, agreed === undefined || agreed === mode ? mode : 'explicit');
    }
  }

  reference(name: string): NodeReference {
    const reference = this.references.get(name);
    if (!reference) throw new TopologyError(`The network has no layer “${name}”.`, name);
    return reference;
  }

  write(layer: Layer): void {
    const owner = layer.sharesWeightsWith ?? layer.name;
    const mode = this.modes.get(owner) ?? 'valid';
    let inputs = layer.inputs.map((name) => this.reference(name));
    if (isWindowed(layer) && mode === 'explicit' && 'kernelSize' in layer) {
      const name = this.freeName(`${layer.name}_pad`);
      inputs = [this.apply(name, 'ZeroPadding2D', zeroPaddingSettings(layer.padding), inputs)];
    }
    const [className, settings] = kerasLayer(layer, mode);
    this.references.set(layer.name, this.apply(owner, className, settings, inputs));
  }

  private apply(name: string, className: string, settings: Record<string, unknown>, inputs: NodeReference[]): NodeReference {
    const known = this.written.get(name);
    const layer = known ?? { class_name: className, name, config: { name, trainable: true, ...settings }, inbound_nodes: [] };
    this.written.set(name, layer);
    if (inputs.length > 0) layer.inbound_nodes.push(inputs);
    return [name, Math.max(layer.inbound_nodes.length - 1, 0), 0, {}];
  }

  private freeName(wanted: string): string {
    const taken = (name: string) => this.written.has(name) || this.graph.layers.some((layer) => layer.name === name);
    let name = wanted;
    for (let count = 2; taken(name); count++) name = `${wanted}_${count}`;
    return name;
  }
}

/**
 * The network as a Keras functional model that `tf.loadLayersModel` opens. Padding that is neither 'valid' nor TensorFlow's 'same' becomes a
 * ZeroPadding2D layer (`conv1_pad`) before a 'valid' convolution.
 * @throws TopologyError for layers that Keras or this export cannot express: `other`, pooling with uneven padding, some activations.
 */
export function exportTopology(graph: LayerGraph): ExportedTopology {
  const writer = new TopologyWriter(graph);
  for (const layer of graph.layers) writer.write(layer);
  const ends = (names: readonly string[]) => names.map((name) => writer.reference(name).slice(0, 3));
  const inputs = graph.layers.filter((layer) => layer.kind === 'input').map((layer) => layer.name);
  const config = { name: graph.name, layers: [...writer.written.values()], input_layers: ends(inputs), output_layers: ends(graph.outputs) };
  return {
    modelTopology: { class_name: 'Model', config, keras_version: 'tfjs-layers 4.22.0', backend: 'tensor_flow.js' },
    weights: graph.layers.filter((layer) => layer.sharesWeightsWith === undefined).flatMap((layer) => layerWeights(graph, layer)),
  };
}
