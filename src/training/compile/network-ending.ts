import type { Layer, LayerGraph } from '../../protocol/layer-graph';

/**
 * The layer whose output are the logits. A final softmax is left out: the loss computes softmax and cross-entropy in one, which is exact
 * where the two apart would lose digits. A network that ends without an activation gives logits already.
 */
export function logitsLayer(graph: LayerGraph): Layer {
  const byName = new Map(graph.layers.map((layer) => [layer.name, layer]));
  const last = byName.get(graph.outputs[0]!)!;
  return last.kind === 'activation' && last.function === 'softmax' ? byName.get(last.inputs[0]!)! : last;
}

/** The layers that the given one depends on, itself included, in the graph's order. Others are neither computed nor trained. */
export function layersBelow(graph: LayerGraph, top: Layer): Layer[] {
  const needed = new Set([top.name]);
  for (const layer of [...graph.layers].reverse()) {
    if (needed.has(layer.name)) for (const input of layer.inputs) needed.add(input);
  }
  return graph.layers.filter((layer) => needed.has(layer.name));
}
