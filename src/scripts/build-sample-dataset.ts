import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { fashionMnistClasses } from '../datasets/class-names';
import { parseIdx } from '../datasets/idx';
import { writeFileAtomically } from '../platform/atomic-write';

/**
 * Writes the built-in images, `media/fashion-mnist-sample`, from Debian's package `dataset-fashion-mnist`:
 * the first images of each class of the original, in the original's order.
 *
 *     apt-get install dataset-fashion-mnist
 *     npx tsx src/scripts/build-sample-dataset.ts [folder of the original]
 */

const original = process.argv[2] ?? '/usr/share/datasets/fashion-mnist';
const sample = join(__dirname, '..', '..', 'media', 'fashion-mnist-sample');
const parts = [
  { part: 'train', perClass: 400 },
  { part: 't10k', perClass: 100 },
];

function readOriginal(name: string, rank: number) {
  const path = join(original, name);
  return parseIdx(path, gunzipSync(readFileSync(path)), [rank], name);
}

function writeIdx(name: string, shape: readonly number[], values: Uint8Array): void {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.writeUInt32BE(0x0800 | shape.length);
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis);
  writeFileAtomically(join(sample, name), gzipSync(Buffer.concat([header, values]), { level: 9, memLevel: 9 }));
}

mkdirSync(sample, { recursive: true });
for (const { part, perClass } of parts) {
  const images = readOriginal(`${part}-images-idx3-ubyte.gz`, 3);
  const labels = readOriginal(`${part}-labels-idx1-ubyte.gz`, 1);
  const [, height = 0, width = 0] = images.shape;
  const taken = fashionMnistClasses.map(() => 0);
  const chosen = [...labels.values.keys()].filter((index) => taken[labels.values[index]!]!++ < perClass);
  const image = (index: number) => images.values.subarray(index * height * width, (index + 1) * height * width);
  writeIdx(`${part}-images-idx3-ubyte.gz`, [chosen.length, height, width], Buffer.concat(chosen.map(image)));
  writeIdx(
    `${part}-labels-idx1-ubyte.gz`,
    [chosen.length],
    Uint8Array.from(chosen, (index) => labels.values[index]!),
  );
}
writeFileAtomically(join(sample, 'classes.txt'), `${fashionMnistClasses.join('\n')}\n`);
