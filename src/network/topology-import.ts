import type { LayerGraph, SourceLocation } from '../protocol/layer-graph';
import type { CustomLayer } from './import/custom-layers';
import { GraphAssembly, outermost } from './import/graph-assembly';
import { declaredShape, layersOf, modelOf, referencesIn, type TopologyNode } from './import/topology';
import { InputShapeNeededError, TopologyError } from './network-errors';

export interface ImportOptions {
  /** Without the batch dimension; fills what the model leaves open. */
  readonly inputShape?: readonly number[] | undefined;
  /** Where each tf.layers layer, by its name, was made. */
  readonly sources?: ReadonlyMap<string, SourceLocation> | undefined;
  /** Layers of classes of the person's own, by name: what they were seen to make and to keep. */
  readonly customLayers?: ReadonlyMap<string, CustomLayer> | undefined;
}

/** Sizes of one input: as declared, open ones as given; an open image size must be given, other open sizes count as 1. */
function inputShape(
  model: TopologyNode,
  layer: TopologyNode | undefined,
  given: readonly number[] | undefined,
): { shape: number[]; note?: string } {
  const declared = layer && declaredShape(layer);
  if (!declared) {
    if (!given) throw new InputShapeNeededError(model.name);
    return { shape: [...given] };
  }
  if (declared.every((size) => size !== null)) return { shape: declared };
  if (given) {
    if (given.length !== declared.length) {
      const wanted = declared.map((size) => size ?? '?').join('×');
      throw new TopologyError(`The model “${model.name}” takes an input of ${wanted}, but ${given.join('×')} was given.`);
    }
    return { shape: declared.map((size, axis) => size ?? given[axis]!) };
  }
  if (declared.length === 3) throw new InputShapeNeededError(model.name);
  return { shape: declared.map((size) => size ?? 1), note: 'The model leaves a size of this input open; it counts as 1.' };
}

function functionalInputs(model: TopologyNode): TopologyNode[] {
  const layers = new Map(layersOf(model).map((layer) => [layer.name, layer]));
  return referencesIn(model.config.inputLayers).map(({ layer }) => {
    const node = layers.get(layer);
    if (!node) throw new TopologyError(`The model “${model.name}” names an input “${layer}” that it does not contain.`, layer);
    return node;
  });
}

/**
 * The layer graph of a tf.layers topology: what `model.toJSON(null, false)` gives, or a model.json of TensorFlow.js or Keras 2. Sequential,
 * functional and nested models become one flat graph. A layer with an activation becomes two layers (`conv`, `conv_relu`), a separable
 * convolution two convolutions; layers that E2-Train cannot train become `other` with their parameters and MACs.
 * @throws InputShapeNeededError when the model leaves its input shape open and none is given.
 * @throws UnknownLayerError for a class that is not one of Keras'.
 * @throws TopologyError for a topology that is broken or cannot be estimated.
 */
export function importTopology(topology: unknown, options: ImportOptions = {}): LayerGraph {
  const model = modelOf(topology);
  const assembly = new GraphAssembly(options.sources ?? new Map(), options.customLayers ?? new Map());
  const sequential = model.className === 'Sequential';
  const [first] = layersOf(model);
  if (!first) throw new TopologyError(`The model “${model.name}” has no layers.`);
  const inputs = sequential
    ? [{ name: first.className === 'InputLayer' ? first.name : `${first.name}_input`, node: declaredShape(first) ? first : model }]
    : functionalInputs(model).map((node) => ({ name: node.name, node }));
  const tensors = inputs.map(({ name, node }) => {
    const { shape, note } = inputShape(model, node, options.inputShape);
    return assembly.input(name, shape, note);
  });
  const outputs = assembly.applyModel(model, tensors, outermost);
  if (outputs.length === 0) throw new TopologyError(`The model “${model.name}” has no output.`);
  return { name: model.name, layers: assembly.layers, outputs: [...new Set(outputs.map((tensor) => tensor.layer))] };
}
