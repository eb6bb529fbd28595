import { join } from 'node:path';
import { DataError } from './data-error';
import type { ImageSet } from './dataset';
import { checkLabels, sharedBytes } from './image-set';
import { readDataFile } from './read-data-file';

/** The binary version of CIFAR-10 and CIFAR-100 (https://www.cs.toronto.edu/~kriz/cifar.html). */

export const cifarShape = [32, 32, 3] as const;
const side = 32;
const plane = side * side;
const imageBytes = 3 * plane;

export interface CifarFormat {
  /** Labels in front of each image; the last of them is the class (CIFAR-100 has the coarse one first). */
  readonly labels: number;
  readonly classes: number;
}

/**
 * Reads the images of one part from its files, in their order.
 * @throws DataError when a file is missing, cut within an image, empty or has labels out of range.
 */
export async function readCifar(
  directory: string,
  files: readonly string[],
  { labels: labelBytes, classes }: CifarFormat,
): Promise<ImageSet> {
  const recordBytes = labelBytes + imageBytes;
  const parts: { path: string; bytes: Uint8Array; count: number }[] = [];
  for (const file of files) {
    const path = join(directory, file);
    const bytes = await readDataFile(path);
    if (bytes.length === 0 || bytes.length % recordBytes !== 0) {
      throw new DataError(
        `The data file ${path} is truncated: its ${bytes.length} bytes are no whole number of images of ${recordBytes} bytes; download it again.`,
      );
    }
    parts.push({ path, bytes, count: bytes.length / recordBytes });
  }
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const pixels = sharedBytes(count * imageBytes);
  const labels = sharedBytes(count);
  let image = 0;
  for (const part of parts) {
    const first = image;
    for (let record = 0; record < part.bytes.length; record += recordBytes, image++) {
      labels[image] = part.bytes[record + labelBytes - 1]!;
      interleave(part.bytes, record + labelBytes, pixels, image * imageBytes);
    }
    checkLabels(part.path, labels.subarray(first, image), classes, 'the file is damaged or of another data set; download it again');
  }
  return { count, pixels, labels };
}

/** Three planes, red, green, blue, become pixels of three channels. */
function interleave(source: Uint8Array, from: number, target: Uint8Array, to: number): void {
  for (let pixel = 0, out = to; pixel < plane; pixel++) {
    target[out++] = source[from + pixel]!;
    target[out++] = source[from + plane + pixel]!;
    target[out++] = source[from + 2 * plane + pixel]!;
  }
}
