import type { Savers } from '../protocol/configuration';
import type { LayerGraph } from '../protocol/layer-graph';
import { layerOf, readersOf } from './graph-queries';
import { layerMacs } from './macs';
import { examineAdds, findResidualBlocks, type ResidualBlock } from './residual-blocks';

/** A residual block that may be skipped for single samples. */
export interface GatedBlock extends ResidualBlock {
  /** Place among the gated blocks, in the order in which the network comes to them. */
  readonly gate: number;
  /** The layer whose output is the block's: its add, or the activation behind it where nothing else reads the add. */
  readonly ending: string;
  /** Share of its branch in the MACs of all gated branches. */
  readonly cost: number;
}

/** A softmax ends no block: it makes probabilities of the logits, and training takes the logits. */
function endingOf(graph: LayerGraph, { add }: ResidualBlock): string {
  const [reader, ...others] = readersOf(graph, add);
  const isActivated = reader?.kind === 'activation' && reader.function !== 'softmax';
  return isActivated && others.length === 0 && !graph.outputs.includes(add) ? reader.name : add;
}

/**
 * The residual blocks that may be skipped: all but the first (E2-Train, section 3.2), and none that has another inside. Empty for a network
 * with fewer than two such blocks.
 * @param choice `identity` leaves out blocks with a shortcut of its own layers, unless all have one: what is left of such a block when it is
 * skipped is a convolution of one pixel, which makes a poor stage.
 */
export function gatedBlocksOf(graph: LayerGraph, choice: Savers['slu']['blocks'] = 'all'): GatedBlock[] {
  const blocks = findResidualBlocks(graph);
  const places = new Map(graph.layers.map(({ name }, place) => [name, place]));
  const start = ({ branch }: ResidualBlock) => places.get(branch[0]!)!;
  const innermost = blocks.filter(({ branch, shortcut }) => !blocks.some(({ add }) => branch.includes(add) || shortcut.includes(add)));
  const all = innermost.sort((a, b) => start(a) - start(b)).slice(1);
  const identities = choice === 'identity' ? all.filter(({ shortcut }) => shortcut.length === 0) : [];
  const gated = identities.length > 0 ? identities : all;
  const macs = gated.map(({ branch }) => branch.reduce((sum, name) => sum + layerMacs(graph, layerOf(graph, name)).forward, 0));
  const sum = macs.reduce((before, ofBlock) => before + ofBlock, 0);
  return gated.map((block, gate) => ({ ...block, gate, ending: endingOf(graph, block), cost: macs[gate]! / sum }));
}

/** The blocks that these savers may skip; none where neither SLU nor stochastic depth is on. */
export function skippableBlocks(graph: LayerGraph, { slu, stochasticDepth }: Pick<Savers, 'slu' | 'stochasticDepth'>): GatedBlock[] {
  if (slu.enabled) return gatedBlocksOf(graph, slu.blocks);
  return stochasticDepth.enabled ? gatedBlocksOf(graph) : [];
}

/** Why no block of a network can be skipped, in one sentence; undefined where some can. */
export function obstacleToSkipping(graph: LayerGraph): string | undefined {
  if (gatedBlocksOf(graph).length > 0) return undefined;
  const { blocks } = examineAdds(graph);
  const why =
    blocks.length === 0 ? 'it has no residual blocks' : 'the first residual block always runs, and it has no other that stands by itself';
  return `No block of the model “${graph.name}” can be skipped, since ${why}: SLU and stochastic depth have no effect, other savers do.`;
}

/** The shortcut's last layer; the entry where the shortcut is the identity. */
export function shortcutEnd(graph: LayerGraph, block: ResidualBlock): string {
  return layerOf(graph, block.add).inputs.find((input) => !block.branch.includes(input))!;
}

/** The branch's last layer. */
export function branchEnd(graph: LayerGraph, block: ResidualBlock): string {
  return layerOf(graph, block.add).inputs.find((input) => block.branch.includes(input))!;
}
