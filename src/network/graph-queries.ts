import type { Layer, LayerGraph } from '../protocol/layer-graph';

/** What one asks a layer graph again and again. A graph is never changed after it was made, so answers are kept with it. */
interface GraphIndex {
  readonly byName: ReadonlyMap<string, Layer>;
  readonly readers: ReadonlyMap<string, readonly Layer[]>;
  readonly gradientReaches: ReadonlySet<string>;
}

const indices = new WeakMap<LayerGraph, GraphIndex>();

/** Whether a layer of this kind has weights that training moves. */
function isTrainable(layer: Layer): boolean {
  switch (layer.kind) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'dense':
      return true;
    case 'batchNormalization':
      return layer.center || layer.scale;
    case 'other':
      return layer.parameters > 0;
    default:
      return false;
  }
}

function indexOf(graph: LayerGraph): GraphIndex {
  const known = indices.get(graph);
  if (known) return known;
  const byName = new Map<string, Layer>();
  const readers = new Map<string, Layer[]>();
  const gradientReaches = new Set<string>();
  for (const layer of graph.layers) {
    byName.set(layer.name, layer);
    readers.set(layer.name, []);
    for (const input of layer.inputs) readers.get(input)?.push(layer);
    if (isTrainable(layer) || layer.inputs.some((input) => gradientReaches.has(input))) gradientReaches.add(layer.name);
  }
  const index = { byName, readers, gradientReaches };
  indices.set(graph, index);
  return index;
}

/**
 * The layer of that name.
 * @throws RangeError when there is none.
 */
export function layerOf(graph: LayerGraph, name: string): Layer {
  const layer = indexOf(graph).byName.get(name);
  if (!layer) throw new RangeError(`The network “${graph.name}” has no layer “${name}”.`);
  return layer;
}

/** Layers that read the output of the named one, in topological order; a layer that reads it twice stands there twice. */
export function readersOf(graph: LayerGraph, name: string): readonly Layer[] {
  return indexOf(graph).readers.get(name) ?? [];
}

/** Output shapes of the layers that this one reads, without the batch dimension. */
export function inputShapesOf(graph: LayerGraph, layer: Layer): readonly (readonly number[])[] {
  return layer.inputs.map((name) => layerOf(graph, name).outputShape);
}

/** Whether training needs the gradient of this layer's output: it, or a layer below it, has trainable weights. */
export function needsOutputGradient(graph: LayerGraph, layer: Layer): boolean {
  return indexOf(graph).gradientReaches.has(layer.name);
}

/** Whether training needs the gradient of this layer's input: a layer below it has trainable weights. */
export function needsInputGradient(graph: LayerGraph, layer: Layer): boolean {
  return layer.inputs.some((name) => indexOf(graph).gradientReaches.has(name));
}

/** Number of elements of a shape; 1 for the empty shape. */
export function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

/**
 * Shape of the network's one input, without the batch dimension.
 * @throws RangeError when the network has none or several.
 */
export function inputShapeOf(graph: LayerGraph): readonly number[] {
  const inputs = graph.layers.filter((layer) => layer.kind === 'input');
  const [input] = inputs;
  if (!input || inputs.length > 1) throw new RangeError(`The network “${graph.name}” has ${inputs.length} inputs where one is expected.`);
  return input.outputShape;
}
