import { branchEnd, gatedBlocksOf } from '../../network/gated-blocks';
import { layerOf } from '../../network/graph-queries';
import { survivalProbabilities } from '../../network/stochastic-depth';
import { layerWeights, type WeightRole } from '../../network/weights';
import type { Layer, LayerGraph } from '../../protocol/layer-graph';
import type { WeightValues } from '../initialize-weights';

/** Weights in which the output of such a layer is linear; none where there are none. */
function linearWeights(layer: Layer): readonly WeightRole[] {
  if (layer.kind === 'batchNormalization') return layer.scale ? ['gamma', 'beta'] : [];
  return layer.kind === 'conv2d' || layer.kind === 'depthwiseConv2d' || layer.kind === 'dense' ? ['kernel', 'bias'] : [];
}

/**
 * Weights of a model that gives without further ado what stochastic depth is tested with: each gated branch counts by the probability with
 * which it ran, which goes into the weights of its last layer.
 * @returns the weights, and the adds of blocks whose branch ends with a layer that cannot take it (or shares its weights).
 */
export function foldSurvival(graph: LayerGraph, weights: WeightValues, skipRatio: number): { weights: WeightValues; unfolded: string[] } {
  const blocks = gatedBlocksOf(graph);
  const survival = survivalProbabilities(blocks, skipRatio);
  const folded = new Map(weights);
  const shared = new Set(graph.layers.flatMap(({ name, sharesWeightsWith }) => (sharesWeightsWith ? [name, sharesWeightsWith] : [])));
  const unfolded = blocks.flatMap((block, place) => {
    const last = layerOf(graph, branchEnd(graph, block));
    const roles = linearWeights(last);
    if (roles.length === 0 || shared.has(last.name)) return [block.add];
    for (const { name, role } of layerWeights(graph, last)) {
      if (roles.includes(role))
        folded.set(
          name,
          weights.get(name)!.map((value) => value * survival[place]!),
        );
    }
    return [];
  });
  return { weights: folded, unfolded };
}
