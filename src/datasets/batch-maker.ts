import { Random } from '../platform/random';
import { augmentInto, drawAugmentation, unchanged } from './augment';
import { type Dataset, valuesPerImage } from './dataset';
import { type NormalizationTable, normalizationTable } from './normalize';

/** What the training batches are made from; can be sent to a thread. */
export interface BatchPlan extends Pick<Dataset, 'imageShape' | 'train' | 'channelMean' | 'channelDeviation'> {
  readonly batchSize: number;
  readonly seed: number;
  readonly augment: boolean;
}

/**
 * Makes training batches. Batch i is a function of data set, seed and i alone. Each epoch goes through the images in an order of its own;
 * the images that would make a last, smaller batch of it are left out, so that every batch is full and batch statistics stay comparable.
 */
export class BatchMaker {
  private readonly table: NormalizationTable;
  private readonly imageValues: number;
  private readonly batchesPerEpoch: number;
  private order?: { readonly epoch: number; readonly images: Uint32Array };

  /** @throws RangeError with one sentence when the batch is larger than the data set. */
  constructor(private readonly plan: BatchPlan) {
    this.batchesPerEpoch = Math.floor(plan.train.count / plan.batchSize);
    if (this.batchesPerEpoch < 1) {
      throw new RangeError(
        `The batch size ${plan.batchSize} is larger than the data set's ${plan.train.count} training images: choose at most ${plan.train.count}.`,
      );
    }
    this.table = normalizationTable(plan);
    this.imageValues = valuesPerImage(plan);
  }

  /**
   * Writes batch `index`.
   * @param images normalised values, NHWC.
   * @param afterImage called after each image.
   */
  make(index: number, images: Float32Array, labels: Int32Array, afterImage: () => void = () => {}): void {
    const { augment, batchSize, imageShape, seed, train } = this.plan;
    const { imageValues } = this;
    const order = this.orderOf(Math.floor(index / this.batchesPerEpoch));
    const first = (index % this.batchesPerEpoch) * batchSize;
    const random = new Random(seed, `augmentation of batch ${index}`);
    for (let place = 0; place < batchSize; place++) {
      const image = order[first + place]!;
      const pixels = train.pixels.subarray(image * imageValues, (image + 1) * imageValues);
      const values = images.subarray(place * imageValues, (place + 1) * imageValues);
      augmentInto(pixels, imageShape, augment ? drawAugmentation(random) : unchanged, this.table, values);
      labels[place] = train.labels[image]!;
      afterImage();
    }
  }

  /** The images of an epoch in the order of their use (Fisher-Yates). */
  private orderOf(epoch: number): Uint32Array {
    if (this.order?.epoch === epoch) return this.order.images;
    const random = new Random(this.plan.seed, `order of epoch ${epoch}`);
    const images = Uint32Array.from({ length: this.plan.train.count }, (_, image) => image);
    for (let last = images.length - 1; last > 0; last--) {
      const other = random.integer(last + 1);
      const moved = images[last]!;
      images[last] = images[other]!;
      images[other] = moved;
    }
    this.order = { epoch, images };
    return images;
  }
}
