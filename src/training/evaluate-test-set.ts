import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BlockDraw } from './skipping/block-draws';
import type { ClassificationMetrics, LabelledImages, Trainer } from './trainer';

export interface Evaluation {
  readonly images: number;
  /** Mean cross-entropy over all images. */
  readonly loss: number;
  /** Top-1 share over all images, 0 to 1. */
  readonly accuracy: number;
  /** Of each batch. */
  readonly batches: readonly ClassificationMetrics[];
}

/**
 * Loss and accuracy over all batches, the last of which may be smaller. Yields to the event loop after each batch.
 * @param draw says for a batch of so many samples which gated blocks run; without, all do.
 * @param abandoned asked after each batch; once true, there is no result.
 */
export async function evaluateTestSet(
  trainer: Trainer,
  batches: Iterable<LabelledImages>,
  abandoned: () => boolean,
  draw?: (samples: number) => BlockDraw,
): Promise<Evaluation | undefined> {
  const tested: ClassificationMetrics[] = [];
  let images = 0;
  let loss = 0;
  let hits = 0;
  for (const batch of batches) {
    const metrics = trainer.evaluate(batch, draw?.(batch.labels.length));
    tested.push(metrics);
    images += metrics.samples;
    loss += metrics.loss * metrics.samples;
    hits += metrics.hits;
    await nextTurn();
    if (abandoned()) return undefined;
  }
  return images === 0 ? undefined : { images, loss: loss / images, accuracy: hits / images, batches: tested };
}
