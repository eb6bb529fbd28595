import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { layerOf, readersOf } from './graph-queries';
import { layerMacs } from './macs';

/** A residual add with the two ways that lead to it from a common layer. */
export interface ResidualBlock {
  /** Name of the add that ends the block. */
  readonly add: string;
  /** Name of the layer whose output both ways begin with. */
  readonly entry: string;
  /** Names of the layers of the residual branch, in topological order: the way with more MACs, what SLU may skip. */
  readonly branch: readonly string[];
  /** Names of the layers of the shortcut; empty for the identity. */
  readonly shortcut: readonly string[];
}

/** An add that is no residual block, and why, as one sentence. */
export interface IrregularAdd {
  readonly add: string;
  readonly reason: string;
}

function ancestors(graph: LayerGraph, name: string): Set<string> {
  const found = new Set([name]);
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const input of layerOf(graph, next).inputs) {
      if (found.has(input)) continue;
      found.add(input);
      open.push(input);
    }
  }
  return found;
}

function forwardMacs(graph: LayerGraph, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + layerMacs(graph, layerOf(graph, name)).forward, 0);
}

/** Name of a layer on the way that something outside of it reads, or that reads from outside. */
function leak(graph: LayerGraph, way: readonly string[], entry: string, add: string): string | undefined {
  const inside = new Set(way);
  return way.find(
    (name) =>
      graph.outputs.includes(name) ||
      layerOf(graph, name).inputs.some((input) => input !== entry && !inside.has(input)) ||
      readersOf(graph, name).some((reader) => reader.name !== add && !inside.has(reader.name)),
  );
}

function examine(graph: LayerGraph, layer: Layer): ResidualBlock | string {
  const [a, b] = layer.inputs;
  if (a === undefined || b === undefined || layer.inputs.length !== 2) return `It adds ${layer.inputs.length} tensors, not two.`;
  if (a === b) return 'It adds a tensor to itself.';
  const [above, beside] = [ancestors(graph, a), ancestors(graph, b)];
  const entry = graph.layers.findLast(({ name }) => above.has(name) && beside.has(name))?.name;
  if (entry === undefined) return 'Its two ways come from different inputs.';
  const before = ancestors(graph, entry);
  const ways = [above, beside].map((way) => graph.layers.map(({ name }) => name).filter((name) => way.has(name) && !before.has(name)));
  const [first = [], second = []] = ways;
  for (const way of ways) {
    const name = leak(graph, way, entry, layer.name);
    if (name !== undefined) return `Layer “${name}” of it is connected to layers outside of the block.`;
  }
  const firstIsBranch = forwardMacs(graph, first) >= forwardMacs(graph, second);
  const [branch, shortcut] = firstIsBranch ? [first, second] : [second, first];
  if (forwardMacs(graph, branch) === 0) return 'Neither of its ways has a layer with MACs to skip.';
  return { add: layer.name, entry, branch, shortcut };
}

/** All adds of a graph: those that end a residual block, in topological order, and those that do not. Blocks may stand inside one another. */
export function examineAdds(graph: LayerGraph): { blocks: ResidualBlock[]; irregular: IrregularAdd[] } {
  const blocks: ResidualBlock[] = [];
  const irregular: IrregularAdd[] = [];
  for (const layer of graph.layers) {
    if (layer.kind !== 'add') continue;
    const result = examine(graph, layer);
    if (typeof result === 'string') irregular.push({ add: layer.name, reason: result });
    else blocks.push(result);
  }
  return { blocks, irregular };
}

/** The residual blocks of any graph with adds, in topological order; `examineAdds` also says which adds were left out. */
export function findResidualBlocks(graph: LayerGraph): ResidualBlock[] {
  return examineAdds(graph).blocks;
}
