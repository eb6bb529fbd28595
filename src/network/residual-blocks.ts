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

/** Each layer and those that it depends on, as bits by place in the graph, 32 to a word. */
function ancestorsOf(graph: LayerGraph): ReadonlyMap<string, Uint32Array> {
  const words = Math.ceil(graph.layers.length / 32);
  const ancestors = new Map<string, Uint32Array>();
  graph.layers.forEach(({ name, inputs }, place) => {
    const own = new Uint32Array(words);
    own[place >>> 5] = 1 << (place & 31);
    for (const input of inputs) {
      const above = ancestors.get(input)!;
      for (let word = 0; word < words; word++) own[word]! |= above[word]!;
    }
    ancestors.set(name, own);
  });
  return ancestors;
}

/** Places of the bits that are set. */
function placesIn(bits: Uint32Array): number[] {
  const places: number[] = [];
  bits.forEach((word, index) => {
    for (let rest = word; rest !== 0; rest &= rest - 1) places.push(32 * index + 31 - Math.clz32(rest & -rest));
  });
  return places;
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

function examine(graph: LayerGraph, layer: Layer, ancestors: ReadonlyMap<string, Uint32Array>): ResidualBlock | string {
  const [a, b] = layer.inputs;
  if (a === undefined || b === undefined || layer.inputs.length !== 2) return `It adds ${layer.inputs.length} tensors, not two.`;
  if (a === b) return 'It adds a tensor to itself.';
  const [above, beside] = [ancestors.get(a)!, ancestors.get(b)!];
  const common = placesIn(above.map((bits, word) => bits & beside[word]!)).at(-1);
  if (common === undefined) return 'Its two ways come from different inputs.';
  const entry = graph.layers[common]!.name;
  const before = ancestors.get(entry)!;
  const ways = [above, beside].map((way) =>
    placesIn(way.map((bits, word) => bits & ~before[word]!)).map((place) => graph.layers[place]!.name),
  );
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

export interface ExaminedAdds {
  readonly blocks: readonly ResidualBlock[];
  readonly irregular: readonly IrregularAdd[];
}

const examined = new WeakMap<LayerGraph, ExaminedAdds>();

/** All adds of a graph: those that end a residual block, in topological order, and those that do not. Blocks may stand inside one another. */
export function examineAdds(graph: LayerGraph): ExaminedAdds {
  const known = examined.get(graph);
  if (known) return known;
  const ancestors = ancestorsOf(graph);
  const blocks: ResidualBlock[] = [];
  const irregular: IrregularAdd[] = [];
  for (const layer of graph.layers) {
    if (layer.kind !== 'add') continue;
    const result = examine(graph, layer, ancestors);
    if (typeof result === 'string') irregular.push({ add: layer.name, reason: result });
    else blocks.push(result);
  }
  const adds = { blocks, irregular };
  examined.set(graph, adds);
  return adds;
}

/** The residual blocks of any graph with adds, in topological order; `examineAdds` also says which adds were left out. */
export function findResidualBlocks(graph: LayerGraph): readonly ResidualBlock[] {
  return examineAdds(graph).blocks;
}
