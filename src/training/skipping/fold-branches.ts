import { branchEnd, type GatedBlock } from '../../network/gated-blocks';
import { layerOf } from '../../network/graph-queries';
import { layerWeights, type WeightRole } from '../../network/weights';
import type { Layer, LayerGraph } from '../../protocol/layer-graph';
import type { WeightValues } from '../initialize-weights';

/** Weights in which the output of such a layer is linear; none where there are none. */
function linearWeights(layer: Layer): readonly WeightRole[] {
  if (layer.kind === 'batchNormalization') return layer.scale ? ['gamma', 'beta'] : [];
  return layer.kind === 'conv2d' || layer.kind === 'depthwiseConv2d' || layer.kind === 'dense' ? ['kernel', 'bias'] : [];
}

/**
 * Weights of the plain network, which runs every block, for one that was trained with blocks skipped: each gated branch counts by the share
 * of samples that it ran for (Huang et al., ECCV 2016, equation 5), which goes into the weights of its last layer.
 * @param shares of those blocks.
 * @returns the weights, and the adds of blocks whose branch ends with a layer that cannot take it (or shares its weights).
 */
export function foldBranches(
  graph: LayerGraph,
  weights: WeightValues,
  blocks: readonly GatedBlock[],
  shares: readonly number[],
): { weights: WeightValues; unfolded: string[] } {
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
          weights.get(name)!.map((value) => value * shares[place]!),
        );
    }
    return [];
  });
  return { weights: folded, unfolded };
}

/**
 * Takes out of a model's weights again what went into those of the branches that may be skipped from now on; a branch that never ran stays as it
 * is.
 * @param shares by the block's add.
 */
export function unfoldBranches(
  graph: LayerGraph,
  weights: WeightValues,
  blocks: readonly GatedBlock[],
  shares: Readonly<Record<string, number>>,
): WeightValues {
  const ran = blocks.filter(({ add }) => (shares[add] ?? 0) > 0);
  return foldBranches(
    graph,
    weights,
    ran,
    ran.map(({ add }) => 1 / shares[add]!),
  ).weights;
}
