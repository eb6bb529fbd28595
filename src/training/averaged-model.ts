import type { LayerGraph } from '../protocol/layer-graph';
import { reestimateStatistics } from './batch-norm-statistics';
import type { WeightValues } from './initialize-weights';
import type { BlockDraw } from './skipping/block-draws';
import type { LabelledImages, Trainer } from './trainer';
import type { WeightAverage } from './weight-average';

/** What the averaged model of a run is made with. */
export interface AveragedModelParts {
  readonly trainer: Trainer;
  readonly graph: LayerGraph;
  readonly average: WeightAverage;
  /** Training batches to observe; the same ones each time. */
  readonly batches: Iterable<LabelledImages>;
  /** Which gated blocks run for a batch of so many samples; absent, all do. */
  readonly draw?: (samples: number) => BlockDraw | undefined;
}

/**
 * Puts the averaged weights into the trainer, with batch-norm statistics of their own, does something with them and puts everything back.
 * @returns what `use` gave; nothing when it was abandoned before.
 */
export async function withAveragedModel<T>(
  { trainer, graph, average, batches, draw }: AveragedModelParts,
  abandoned: () => boolean,
  use: (weights: WeightValues) => Promise<T>,
): Promise<T | undefined> {
  return trainer.withWeights(average.weights, async () =>
    (await reestimateStatistics(trainer, graph, batches, abandoned, draw)) ? use(trainer.readWeights()) : undefined,
  );
}
