import type { GatedBlock } from '../../network/gated-blocks';
import { survivalProbabilities } from '../../network/stochastic-depth';
import type { Random } from '../../platform/random';
import type { Savers } from '../../protocol/configuration';

/** What decides in one section of a program which gated blocks run for which samples. */
export type BlockDraw =
  /** SLU: [samples, gates]. A block runs where its gate's probability is above the number. */
  | { readonly uniforms: Float32Array }
  /** Stochastic depth, for all samples: whether each block runs (0, 1), or at evaluation how much its branch counts. */
  | { readonly factors: readonly number[] };

/** Draws which blocks run for the next batch; nothing where all do. */
export function drawBlocks(random: Random, savers: Savers, blocks: readonly GatedBlock[], samples: number): BlockDraw | undefined {
  if (blocks.length === 0) return undefined;
  if (savers.slu.enabled) return { uniforms: Float32Array.from({ length: samples * blocks.length }, () => random.uniform()) };
  const survival = survivalProbabilities(blocks, savers.stochasticDepth.skipRatio);
  return { factors: survival.map((probability) => Number(random.uniform() < probability)) };
}
