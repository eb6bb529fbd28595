/** What every built-in network can be asked for. */
export interface ClassifierOptions {
  /** Height, width, channels. */
  readonly inputShape: readonly number[];
  readonly classes: number;
}

/**
 * @param network with its article, at the head of a sentence: `A ResNet`.
 * @param smallestSide pixels, below which the network's strides leave nothing.
 * @throws RangeError when the input is no image, is smaller than that, or there are fewer than two classes.
 */
export function checkClassifierOptions(network: string, { inputShape, classes }: ClassifierOptions, smallestSide: number): void {
  if (inputShape.length !== 3 || inputShape.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new RangeError(`${network} needs an image of height × width × channels as input, not [${inputShape.join(', ')}].`);
  }
  if (Math.min(inputShape[0]!, inputShape[1]!) < smallestSide) {
    throw new RangeError(
      `${network} needs images of at least ${smallestSide}×${smallestSide} pixels, not ${inputShape[0]}×${inputShape[1]}.`,
    );
  }
  if (!Number.isInteger(classes) || classes < 2) throw new RangeError(`A classifier needs at least 2 classes, not ${classes}.`);
}
