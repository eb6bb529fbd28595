import type { ImageSet, Normalization } from './dataset';
import { normalizationTable, normalizeInto } from './normalize';

/** Images [samples, height, width, channels], normalised, and the class of each. */
export interface EvaluationBatch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

/** All images in their order, unaugmented; the last batch may be smaller. A batch's arrays hold until the next one is taken. */
export function* evaluationBatches(set: ImageSet, normalization: Normalization, batchSize: number): Generator<EvaluationBatch> {
  const table = normalizationTable(normalization);
  const size = set.pixels.length / set.count;
  const values = new Float32Array(Math.min(batchSize, set.count) * size);
  for (let first = 0; first < set.count; first += batchSize) {
    const end = Math.min(first + batchSize, set.count);
    const images = values.subarray(0, (end - first) * size);
    normalizeInto(set.pixels.subarray(first * size, end * size), table, images);
    yield { images, labels: Int32Array.from(set.labels.subarray(first, end)) };
  }
}
