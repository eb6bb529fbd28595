import { obstacleToSkipping } from '../../src/network/gated-blocks';
import type { Savers } from '../../src/protocol/configuration';
import type { LayerGraph } from '../../src/protocol/layer-graph';

/** What stands beneath SLU or stochastic depth where one of them is on and the model has nothing to skip; nothing while the model is not known. */
export function skippingNote(graph: LayerGraph | undefined, { slu, stochasticDepth }: Savers): string | undefined {
  return graph && (slu.enabled || stochasticDepth.enabled) ? obstacleToSkipping(graph) : undefined;
}
