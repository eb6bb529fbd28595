import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** An IDX file of unsigned bytes. */
export function idxBytes(shape: readonly number[], values: ArrayLike<number>): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 | shape.length);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  return Buffer.concat([header, Uint8Array.from(values)]);
}

/** A folder with a small IDX data set: images whose pixels' values count up, labels 0, 1, 2, … */
export function writeIdxDataset(directory: string, { train = 6, test = 2, height = 2, width = 3 } = {}): void {
  mkdirSync(directory, { recursive: true });
  for (const [part, count] of [
    ['train', train],
    ['t10k', test],
  ] as const) {
    const pixels = Array.from({ length: count * height * width }, (_, index) => index % 256);
    writeFileSync(join(directory, `${part}-images-idx3-ubyte`), idxBytes([count, height, width], pixels));
    writeFileSync(
      join(directory, `${part}-labels-idx1-ubyte`),
      idxBytes(
        [count],
        [...Array(count).keys()].map((index) => index % 10),
      ),
    );
  }
}
