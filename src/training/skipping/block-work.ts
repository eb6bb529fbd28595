import type { IterationWork } from '../../energy/iteration-work';
import type { GatedBlock } from '../../network/gated-blocks';
import type { ClassificationMetrics } from '../trainer';

/** What a batch computed, for the ledger. `gates`: whether gates decided. */
export function blockWork({ samples, executed }: ClassificationMetrics, blocks: readonly GatedBlock[], gates: boolean): IterationWork {
  if (executed === undefined) return { samples };
  return { samples, blocks: { samples: new Map(blocks.map(({ add }, place) => [add, executed[place]!])), gates } };
}
