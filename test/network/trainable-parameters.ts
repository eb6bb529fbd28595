import { layerParameters } from '../../src/network/parameters';
import type { LayerGraph } from '../../src/protocol/layer-graph';

/** The parameters that training moves, as other libraries count them. */
export const trainableParameters = (graph: LayerGraph): number =>
  graph.layers.reduce((sum, layer) => sum + layerParameters(graph, layer).trainable, 0);
