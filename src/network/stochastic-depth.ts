import type { GatedBlock } from './gated-blocks';

/** Highest probability with which a block is skipped. */
const highest = 0.95;

/**
 * Probability with which stochastic depth (Huang et al., ECCV 2016) runs each block. It falls linearly from block to block, from 1 at the
 * first block of the network, which always runs; the mean weighted with the blocks' costs is 1 − `skipRatio`, so that it can be held against
 * gates that skip as much. Where the last block would nearly never run, the slope is less.
 */
export function survivalProbabilities(blocks: readonly GatedBlock[], skipRatio: number): number[] {
  const centre = blocks.reduce((sum, { cost }, place) => sum + cost * place, 0);
  const behind = blocks.length - 1 - centre;
  const slope = Math.min(skipRatio / (centre + 1), behind > 0 ? (highest - skipRatio) / behind : 0);
  return blocks.map((_, place) => 1 - skipRatio - slope * (place - centre));
}
