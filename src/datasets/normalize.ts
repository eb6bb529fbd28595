import type { Normalization } from './dataset';

/** Normalised value of each byte by channel: entry 256 · channel + byte. */
export type NormalizationTable = Float32Array;

export function normalizationTable({ channelMean, channelDeviation }: Normalization): NormalizationTable {
  const table = new Float32Array(256 * channelMean.length);
  for (let index = 0; index < table.length; index++) {
    const channel = index >> 8;
    table[index] = ((index & 0xff) / 255 - channelMean[channel]!) / channelDeviation[channel]!;
  }
  return table;
}

/** Normalises images of any number: NHWC bytes to NHWC values. */
export function normalizeInto(pixels: Uint8Array, table: NormalizationTable, out: Float32Array): void {
  const channels = table.length / 256;
  for (let index = 0; index < pixels.length; ) {
    for (let channel = 0; channel < channels; channel++, index++) out[index] = table[256 * channel + pixels[index]!]!;
  }
}
