import * as z from 'zod';
import type { GatedBlock } from '../../network/gated-blocks';

/** What of the gated blocks ran since the last record of it. */
export const blockTallySchema = z.strictObject({
  /** Iteration of the last record. */
  recordedAt: z.int().min(0),
  samples: z.int().min(0),
  /** By block; empty before the first iteration. */
  executed: z.array(z.int().min(0)),
  /** Executed share of computation in the last record; absent before the first. */
  share: z.number().min(0).max(1).optional(),
  /** Executed share of the samples by block in the last record; absent before the first. */
  blockShares: z.array(z.number().min(0).max(1)).optional(),
});
export type BlockTallyState = z.infer<typeof blockTallySchema>;

export const noTally: BlockTallyState = { recordedAt: 0, samples: 0, executed: [] };

/** Executed share of the blocks' computation, 0 to 1. */
export function executedShare(blocks: readonly GatedBlock[], executed: readonly number[], samples: number): number {
  const share = blocks.reduce((sum, { cost }, place) => sum + cost * executed[place]!, 0) / samples;
  // The costs add up to 1 but for rounding.
  return Math.min(1, share);
}

/** Counts, between two records, how many samples ran through each block. */
export class BlockTally {
  constructor(private at: BlockTallyState = noTally) {}

  get state(): BlockTallyState {
    return this.at;
  }

  /** Share of the samples that ran through each block, by the last record or, before the first, since the beginning; nothing before that. */
  get blockShares(): readonly number[] | undefined {
    const { executed, samples, blockShares } = this.at;
    return blockShares ?? (samples > 0 ? executed.map((count) => count / samples) : undefined);
  }

  /** Adds an iteration. */
  add(executed: readonly number[], samples: number): void {
    this.at = {
      ...this.at,
      samples: this.at.samples + samples,
      executed: executed.map((count, place) => count + (this.at.executed[place] ?? 0)),
    };
  }

  /** Begins anew: other blocks may be skipped from here on, or in another way. */
  forget(iteration: number): void {
    this.at = { ...noTally, recordedAt: iteration };
  }

  /** Ends the interval with a record at this iteration: executed share of computation, and of the samples by block. */
  take(blocks: readonly GatedBlock[], iteration: number): { executedShare: number; executed: number[] } {
    const { executed, samples } = this.at;
    const share = executedShare(blocks, executed, samples);
    const blockShares = executed.map((count) => count / samples);
    this.at = { recordedAt: iteration, samples: 0, executed: [], share, blockShares };
    return { executedShare: share, executed: blockShares };
  }
}
