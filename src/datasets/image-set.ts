import { DataError } from './data-error';
import type { ImageSet, Normalization } from './dataset';

/** Bytes that a thread can read without a copy. */
export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

/** The same bytes where they already are shared, else a shared copy. */
export function asSharedBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.buffer instanceof SharedArrayBuffer) return bytes;
  const shared = sharedBytes(bytes.length);
  shared.set(bytes);
  return shared;
}

/**
 * Checks that every label is one of the classes.
 * @throws DataError that names the first label that is not.
 */
export function checkLabels(path: string, labels: Uint8Array, classes: number, remedy: string): void {
  const bad = labels.findIndex((label) => label >= classes);
  if (bad < 0) return;
  throw new DataError(
    `The data file ${path} has the label ${labels[bad]} for image ${bad + 1}, but there are only ${classes} classes (0 to ${classes - 1}): ${remedy}.`,
  );
}

/** Mean and standard deviation of each channel over all pixels, of values scaled to [0, 1]. */
export function channelStatistics({ pixels }: ImageSet, channels: number): Normalization {
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  for (let index = 0; index < pixels.length; ) {
    for (let channel = 0; channel < channels; channel++) counts[channel]![pixels[index++]!]! += 1;
  }
  const total = pixels.length / channels;
  const channelMean = counts.map((count) => count.reduce((sum, n, value) => sum + (n * value) / 255, 0) / total);
  const channelDeviation = counts.map((count, channel) => {
    const variance = count.reduce((sum, n, value) => sum + n * (value / 255 - channelMean[channel]!) ** 2, 0) / total;
    return variance > 0 ? Math.sqrt(variance) : 1;
  });
  return { channelMean, channelDeviation };
}
