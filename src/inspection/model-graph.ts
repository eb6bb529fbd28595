import * as layersLibrary from '@tensorflow/tfjs-layers';
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
  for (const layer of allLayers(model)) {
    const source = sourceOf(layer);
    if (source) sources.set(layer.name, source);
  }
  const first = model.layers[0];
  const firstSource = first && sources.get(first.name);
  // tf.layers puts an input layer of its own in front of a sequential model: it was made by the line of the first layer.
  for (const input of model.inputs) {
    const name = input.sourceLayer.name;
    if (!sources.has(name) && firstSource) sources.set(name, firstSource);
  }
  return importTopology(model.toJSON(null, false), { inputShape, sources });
}
