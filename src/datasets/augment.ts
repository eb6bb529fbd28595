import type { Random } from '../platform/random';
import type { Dataset } from './dataset';
import type { NormalizationTable } from './normalize';

/** How far a crop may lie from the image's place, in pixels. */
const cropPadding = 4;

/** What happens to one training image. */
export interface Augmentation {
  /** Rows and columns by which the crop lies below and to the right of the image's place. */
  readonly down: number;
  readonly right: number;
  readonly flip: boolean;
}

/** The image as it is. */
export const unchanged: Augmentation = { down: 0, right: 0, flip: false };

/** Draws a crop of the image padded by 4 px, every place equally likely, and a horizontal flip for every second image. */
export function drawAugmentation(random: Random): Augmentation {
  const places = 2 * cropPadding + 1;
  return { down: random.integer(places) - cropPadding, right: random.integer(places) - cropPadding, flip: random.integer(2) === 1 };
}

/**
 * Augments and normalises one image. The padding is black before the normalisation, as torchvision's RandomCrop has it; the crop is
 * flipped after it was cut.
 * @param image bytes of the image, height × width × channels.
 * @param out its values.
 */
export function augmentInto(
  image: Uint8Array,
  [height, width, channels]: Dataset['imageShape'],
  { down, right, flip }: Augmentation,
  table: NormalizationTable,
  out: Float32Array,
): void {
  let index = 0;
  for (let y = 0; y < height; y++) {
    const sourceY = y + down;
    for (let x = 0; x < width; x++) {
      const sourceX = (flip ? width - 1 - x : x) + right;
      const inside = sourceY >= 0 && sourceY < height && sourceX >= 0 && sourceX < width;
      const source = (sourceY * width + sourceX) * channels;
      for (let channel = 0; channel < channels; channel++) {
        out[index++] = table[256 * channel + (inside ? image[source + channel]! : 0)]!;
      }
    }
  }
}
