import { formatShare } from '../../src/energy/format';
import { formatWhole } from '../shared/numbers';
import type { RunRecord } from './run-record';
import { meanOverIterations } from './saver-records';

/** What the savers left out so far, in one sentence: batches dropped, blocks skipped, signs predicted. Nothing where no saver did. */
export function saversInWords({ iteration, blockExecutions, signPredictions }: RunRecord): string | undefined {
  const parts: string[] = [];
  if (iteration && iteration.iterationsDropped > 0) {
    const all = iteration.iterationsDropped + iteration.iterationsExecuted;
    parts.push(`${formatWhole(iteration.iterationsDropped)} of ${formatWhole(all)} batches dropped`);
  }
  if (blockExecutions.latest) {
    const executed = meanOverIterations(blockExecutions.all, ({ executedShare }) => executedShare);
    parts.push(`${formatShare(1 - executed)} of the gated blocks’ computation skipped`);
  }
  if (signPredictions.latest) {
    const predicted = meanOverIterations(signPredictions.all, ({ predictedShare }) => predictedShare);
    parts.push(`${formatShare(predicted)} of gradient signs predicted`);
  }
  return parts.length === 0 ? undefined : `${parts.join(', ')}.`;
}
