import { BatchMaker } from './batch-maker';
import type { Dataset } from './dataset';
import { valuesPerImage } from './dataset';
import type { EvaluationBatch } from './evaluation-batches';

/**
 * The first `count` training batches of a seed, as training sees them: for statistics of a model that are the same whenever they are taken.
 * A batch's arrays hold until the next one is taken.
 * @throws RangeError with one sentence when the batch is larger than the data set.
 */
export function* observationBatches(
  dataset: Dataset,
  { batchSize, seed, augment }: { readonly batchSize: number; readonly seed: number; readonly augment: boolean },
  count: number,
): Generator<EvaluationBatch> {
  const maker = new BatchMaker({ ...dataset, batchSize, seed, augment });
  const images = new Float32Array(batchSize * valuesPerImage(dataset));
  const labels = new Int32Array(batchSize);
  for (let index = 0; index < count; index++) {
    maker.make(index, images, labels);
    yield { images, labels };
  }
}
