/** Images of one kind, height × width × channels, one byte per value, with the class of each. */
export interface ImageSet {
  readonly count: number;
  /** NHWC: [count, height, width, channels]. */
  readonly pixels: Uint8Array;
  /** [count], each below the number of classes. */
  readonly labels: Uint8Array;
}

/** What turns bytes into the network's input: (byte / 255 − mean) / deviation, by channel. */
export interface Normalization {
  /** Mean of each channel, 0 to 1. */
  readonly channelMean: readonly number[];
  /** Standard deviation of each channel; 1 for a channel that is constant. */
  readonly channelDeviation: readonly number[];
}

/** Mean and deviation are those of the training images at hand, so that they fit any subset and any data set. */
export interface Dataset extends Normalization {
  readonly name: string;
  /** Where the images came from, as one phrase. */
  readonly provenance: string;
  /** Names of the classes by label. */
  readonly classes: readonly string[];
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly train: ImageSet;
  readonly test: ImageSet;
}

/** Values of one image. */
export function valuesPerImage({ imageShape: [height, width, channels] }: Pick<Dataset, 'imageShape'>): number {
  return height * width * channels;
}
