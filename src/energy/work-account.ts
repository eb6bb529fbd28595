import * as z from 'zod';
import { layerOf } from '../network/graph-queries';
import { findResidualBlocks } from '../network/residual-blocks';
import { layerWeights } from '../network/weights';
import type { LayerGraph } from '../protocol/layer-graph';
import type { IterationWork } from './iteration-work';

const bits = z.number().min(1).max(32);
export const operandWidthsSchema = z.strictObject({
  weights: bits,
  activations: bits,
  gradients: bits,
  between: bits.optional(),
  predictor: z.strictObject({ activations: bits, gradients: bits }).optional(),
});

/** Iterations in which a part of the network ran on so many samples, and the entries that PSG's predictor decided in them, by convolution. */
const tallySchema = z.strictObject({
  samples: z.int().min(0),
  iterations: z.int().min(1),
  predictedEntries: z.array(z.int().min(0)).optional(),
});
export type Tally = z.infer<typeof tallySchema>;

/** Iterations that were computed in one way: the same widths, the same blocks that may be skipped. */
export const workAccountSchema = z.strictObject({
  bits: operandWidthsSchema.optional(),
  /** Adds of the blocks that may be skipped; empty where every block runs. */
  gated: z.array(z.string()),
  /** Whether each of them had a gate (SLU). */
  gates: z.boolean(),
  /** Of the layers outside of these blocks, then of each block. */
  tallies: z.array(z.array(tallySchema)),
});
export type WorkAccountState = z.infer<typeof workAccountSchema>;

/** A part of the network whose layers run on the same samples. */
export interface Part {
  /** Places of its layers in the graph. */
  readonly layers: readonly number[];
  /** Places of its convolutions, whose weight gradients the predictor works on. */
  readonly convolutions: readonly number[];
}

/** The parts of a network of which these blocks are gated: what is outside of all, then each block's branch with its add. */
export function partsOf(graph: LayerGraph, gated: readonly string[]): Part[] {
  const blocks = gated.length > 0 ? findResidualBlocks(graph).filter(({ add }) => gated.includes(add)) : [];
  // Of blocks inside one another the inner one stands first and has its layers to itself.
  const owner = new Map<string, string>();
  for (const { add, branch } of blocks) for (const name of [...branch, add]) if (!owner.has(name)) owner.set(name, add);
  const places = new Map<string | undefined, number[]>([undefined, ...gated].map((part) => [part, []]));
  graph.layers.forEach(({ name }, index) => {
    places.get(owner.get(name))!.push(index);
  });
  return [...places.values()].map((layers) => ({
    layers,
    convolutions: layers.filter((index) => ['conv2d', 'depthwiseConv2d'].includes(graph.layers[index]!.kind)),
  }));
}

/** Entries of the weight gradient of a convolution: those of its kernel. */
export function gradientEntries(graph: LayerGraph, name: string): number {
  const kernel = layerWeights(graph, layerOf(graph, name)).find(({ role }) => role === 'kernel');
  return kernel?.shape.reduce((product, size) => product * size, 1) ?? 0;
}

/**
 * Counts of the work of all iterations that were computed in one way. Energy is a function of the samples alone for each part, and linear in
 * the entries predicted, so these counts say all; whole numbers, they add up to the same in any order and after any pause.
 */
export class WorkAccount {
  readonly parts: readonly Part[];
  /** By part, then by samples, with gaps. */
  private readonly tallies: Tally[][];

  constructor(
    private readonly graph: LayerGraph,
    readonly bits: IterationWork['bits'],
    readonly gated: readonly string[],
    readonly gates: boolean,
  ) {
    this.parts = partsOf(graph, gated);
    this.tallies = this.parts.map(() => []);
  }

  /** What an iteration's account is found by: how it was computed. */
  static keyOf({ bits, blocks }: Pick<IterationWork, 'bits' | 'blocks'>): string {
    return keyOf(bits, blocks?.gates ?? false, [...(blocks?.samples.keys() ?? [])]);
  }

  /** An empty account for work of this kind. */
  static for(graph: LayerGraph, { bits, blocks }: Pick<IterationWork, 'bits' | 'blocks'>): WorkAccount {
    return new WorkAccount(graph, bits, [...(blocks?.samples.keys() ?? [])], blocks?.gates ?? false);
  }

  get key(): string {
    return keyOf(this.bits, this.gates, this.gated);
  }

  get iterations(): number {
    return this.tallies[0]!.reduce((sum, { iterations }) => sum + iterations, 0);
  }

  add({ samples, blocks, predictedEntries }: IterationWork): void {
    this.parts.forEach((part, index) => {
      const ran = index === 0 ? samples : blocks!.samples.get(this.gated[index - 1]!)!;
      const known = this.tallies[index]![ran];
      const entries = this.bits?.predictor && part.convolutions.map((at) => predictedEntries?.get(this.graph.layers[at]!.name) ?? 0);
      this.tallies[index]![ran] = {
        samples: ran,
        iterations: (known?.iterations ?? 0) + 1,
        ...(entries && { predictedEntries: entries.map((count, at) => count + (known?.predictedEntries?.[at] ?? 0)) }),
      };
    });
  }

  /** In ascending order of samples, so that the order of booking cannot change a bit of a sum; `forEach` passes over the gaps. */
  talliesOf(part: number): readonly Tally[] {
    return this.tallies[part]!;
  }

  state(): WorkAccountState {
    return {
      ...(this.bits && { bits: this.bits }),
      gated: [...this.gated],
      gates: this.gates,
      tallies: this.tallies.map((list) => list.filter(() => true)),
    };
  }

  static restore(graph: LayerGraph, { bits: widths, gated, gates, tallies }: WorkAccountState): WorkAccount {
    const account = new WorkAccount(graph, widths as IterationWork['bits'], gated, gates);
    tallies.forEach((list, part) => {
      for (const tally of list) account.tallies[part]![tally.samples] = tally;
    });
    return account;
  }
}

function keyOf(bits: IterationWork['bits'], gates: boolean, gated: readonly string[]): string {
  return JSON.stringify([bits ?? null, gates, ...gated]);
}
