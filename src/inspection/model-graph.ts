import * as layersLibrary from '@tensorflow/tfjs-layers';
import type { CustomLayer } from '../network/import/custom-layers';
import { layerConverters } from '../network/import/layer-converters';
import { importTopology } from '../network/topology-import';
import type { LayerGraph, SourceLocation } from '../protocol/layer-graph';

/** All layers of a model, those of nested models and wrappers too. */
function allLayers(model: layersLibrary.LayersModel): layersLibrary.layers.Layer[] {
  return model.layers.flatMap((layer) => {
    const wrapped = (layer as { layer?: layersLibrary.layers.Layer }).layer;
    const inner = layer instanceof layersLibrary.LayersModel ? allLayers(layer) : wrapped ? [wrapped] : [];
    return [layer, ...inner];
  });
}

/** What is known of a layer whose class is the person's own; `undefined` for the classes of tf.layers. */
function customLayer(layer: layersLibrary.layers.Layer): CustomLayer | undefined {
  const known =
    layer instanceof layersLibrary.LayersModel || layer.getClassName() === 'InputLayer' || layerConverters.has(layer.getClassName());
  const shape = layer.inboundNodes[0]?.outputShapes as readonly unknown[] | undefined;
  if (known || !shape) return undefined;
  const [batchShape] = Array.isArray(shape[0]) ? shape : [shape];
  const outputShape = (batchShape as readonly (number | null)[]).slice(1).map((size) => size ?? 1);
  return { outputShape, parameters: layer.countParams() };
}

/** The first layer of a model that is no model itself. */
function firstLayer(model: layersLibrary.LayersModel): layersLibrary.layers.Layer | undefined {
  const [first] = model.layers;
  return first instanceof layersLibrary.LayersModel ? firstLayer(first) : first;
}

/**
 * The layer graph of a model that was built by tf.layers, each layer with the place where it was made.
 * @throws InputShapeNeededError, UnknownLayerError, TopologyError as `importTopology` does.
 */
export function graphOfModel(
  model: layersLibrary.LayersModel,
  sourceOf: (layer: object) => SourceLocation | undefined,
  inputShape: readonly number[] | undefined,
): LayerGraph {
  const sources = new Map<string, SourceLocation>();
  const customLayers = new Map<string, CustomLayer>();
  for (const layer of allLayers(model)) {
    const source = sourceOf(layer);
    if (source) sources.set(layer.name, source);
    const custom = customLayer(layer);
    if (custom) customLayers.set(layer.name, custom);
  }
  const first = firstLayer(model);
  const firstSource = first && sources.get(first.name);
  // tf.layers puts an input layer of its own in front of a sequential model: it was made by the line of the first layer.
  for (const name of [...model.inputNames, `${model.layers[0]?.name}_input`]) {
    if (!sources.has(name) && firstSource) sources.set(name, firstSource);
  }
  return importTopology(model.toJSON(null, false), { inputShape, sources, customLayers });
}
