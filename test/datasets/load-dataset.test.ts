import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '../../src/datasets/data-error';
import { loadDataset } from '../../src/datasets/load-dataset';
import { mediaFile } from '../../src/platform/media-file';
import { idxBytes, writeIdxDataset } from './idx-files';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'e2-train-data-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const load = (path = directory) => loadDataset({ kind: 'directory', path });

/** The sentence with which the folder is refused. */
async function refusal(path = directory): Promise<string> {
  const error = await load(path).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DataError);
  return (error as DataError).message;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the built-in images', () => {
  it('are 4 000 and 1 000 images of Fashion-MNIST, as many of each class', async () => {
    const dataset = await loadDataset({ kind: 'builtin' });
    expect(dataset.imageShape).toEqual([28, 28, 1]);
    expect(dataset.classes).toHaveLength(10);
    for (const [set, each] of [
      [dataset.train, 400],
      [dataset.test, 100],
    ] as const) {
      expect(set.pixels).toHaveLength(set.count * 784);
      expect(dataset.classes.map((_, label) => set.labels.filter((other) => other === label).length)).toEqual(Array(10).fill(each));
    }
    expect(dataset.provenance).toContain('MIT');
  });

  // Made from Debian's dataset-fashion-mnist 0.0~git20200523.55506a9-1 with Python 3.11 and NumPy:
  //   i = np.frombuffer(gzip.open(f"{part}-images-idx3-ubyte.gz").read()[16:], np.uint8).reshape(-1, 784)
  //   l = np.frombuffer(gzip.open(f"{part}-labels-idx1-ubyte.gz").read()[8:], np.uint8)
  //   k = np.sort(np.concatenate([np.flatnonzero(l == c)[:per_class] for c in range(10)]))
  //   hashlib.sha256(i[k].tobytes()).hexdigest(), hashlib.sha256(l[k].tobytes()).hexdigest(), (i[k] / 255).mean(), (i[k] / 255).std()
  it('are the first of each class of the original, unchanged', async () => {
    const { train, test, channelMean, channelDeviation } = await loadDataset({ kind: 'builtin' });
    expect([train.pixels, train.labels, test.pixels, test.labels].map(sha256)).toEqual([
      'a7a5caf0ea9138a0808c7eded0cf75e4e9bfc406bcc2287e02001f26a77b48ee',
      'fad16c75b1fba7c6f5bd49ce22d784c5878d8c6065bcae46cbd04a2846a7844f',
      '3d7f6d64869a3f2d1afe64ae33ffb9b20670a91b31e3bbf0657e3999ec7b35cf',
      '6b25654537ff83dd6c40fe0a122c7778d8219b2a88ff02c36dbdd21152fdb075',
    ]);
    expect(channelMean[0]).toBeCloseTo(0.2867682022809124, 12);
    expect(channelDeviation[0]).toBeCloseTo(0.35434844580252883, 12);
  });

  it('take at most 2.5 MB, licence included', () => {
    const folder = mediaFile('fashion-mnist-sample');
    expect(readdirSync(folder)).toContain('LICENSE');
    expect(readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)).toBeLessThanOrEqual(2_500_000);
  });
});

describe('IDX files', () => {
  it('are read gzip’ed or not, in the folder or its usual subfolder', async () => {
    writeIdxDataset(join(directory, 'MNIST', 'raw'));
    const labels = join(directory, 'MNIST', 'raw', 'train-labels-idx1-ubyte');
    rmSync(labels);
    writeFileSync(`${labels}.gz`, gzipSync(idxBytes([6], [5, 4, 3, 2, 1, 0])));
    const dataset = await load();
    expect(dataset.imageShape).toEqual([2, 3, 1]);
    expect([...dataset.train.labels]).toEqual([5, 4, 3, 2, 1, 0]);
    expect([...dataset.test.pixels]).toEqual([...Array(12).keys()]);
    expect(dataset.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'].map((digit) => `class ${digit}`));
  });

  it('take their class names from classes.txt', async () => {
    writeIdxDataset(directory);
    writeFileSync(join(directory, 'classes.txt'), 'ant\nbee\ncat\ndog\nemu\nfox\n');
    expect((await load()).classes).toEqual(['ant', 'bee', 'cat', 'dog', 'emu', 'fox']);
    writeFileSync(join(directory, 'classes.txt'), 'ant\nbee\n');
    expect(await refusal()).toContain('has the label 2 for image 3, but there are only 2 classes');
  });

  it('may have colours', async () => {
    writeIdxDataset(directory);
    for (const part of ['train', 't10k']) {
      const count = part === 'train' ? 6 : 2;
      const pixels = Array.from({ length: count * 12 }, (_, index) => (index % 3 === 0 ? 255 : 0));
      writeFileSync(join(directory, `${part}-images-idx3-ubyte`), idxBytes([count, 2, 2, 3], pixels));
    }
    const dataset = await load();
    expect(dataset.imageShape).toEqual([2, 2, 3]);
    expect(dataset.channelMean).toEqual([1, 0, 0]);
    expect(dataset.channelDeviation).toEqual([1, 1, 1]);
  });

  it('are refused when cut short, with file and what to do', async () => {
    writeIdxDataset(directory);
    const path = join(directory, 'train-images-idx3-ubyte');
    writeFileSync(path, idxBytes([6, 2, 3], Array(35).fill(0)));
    expect(await refusal()).toBe(
      `The data file ${path} is truncated: its header says 6×2×3, which is 36 bytes of images, but it has 35; download it again.`,
    );
    writeFileSync(path, Buffer.of(0, 0, 8));
    expect(await refusal()).toBe(`The data file ${path} is truncated: it has 3 bytes; download it again.`);
    writeFileSync(path, Buffer.of(0, 0, 8, 3, 0, 0, 0));
    expect(await refusal()).toContain('is truncated within its header');
    writeFileSync(path, gzipSync(idxBytes([6, 2, 3], Array(36).fill(0))).subarray(0, 30));
    expect(await refusal()).toMatch(/train-images-idx3-ubyte is truncated or damaged \(unexpected end of file\): download it again\.$/);
  });

  it('are refused with a wrong magic number', async () => {
    writeIdxDataset(directory);
    const path = join(directory, 't10k-labels-idx1-ubyte');
    renameSync(join(directory, 't10k-images-idx3-ubyte'), path);
    writeIdxDataset(join(directory, 'other'));
    renameSync(join(directory, 'other', 't10k-images-idx3-ubyte'), join(directory, 't10k-images-idx3-ubyte'));
    expect(await refusal()).toBe(
      `The data file ${path} is no IDX file of labels: it begins with 0x00000803 instead of 0x00000801; check that the file is what its name says.`,
    );
  });

  it('are refused with labels out of range', async () => {
    writeIdxDataset(directory);
    const path = join(directory, 'train-labels-idx1-ubyte');
    writeFileSync(path, idxBytes([6], [0, 1, 2, 10, 4, 5]));
    expect(await refusal()).toBe(
      `The data file ${path} has the label 10 for image 4, but there are only 10 classes (0 to 9): the file is damaged, or name all classes in a file classes.txt beside it, one a line.`,
    );
  });

  it('are refused when images and labels are not as many, or sizes differ', async () => {
    writeIdxDataset(directory);
    writeFileSync(join(directory, 'train-labels-idx1-ubyte'), idxBytes([5], [0, 1, 2, 3, 4]));
    expect(await refusal()).toContain('train-images-idx3-ubyte has 6 images, but');
    writeIdxDataset(directory);
    writeFileSync(join(directory, 't10k-images-idx3-ubyte'), idxBytes([2, 3, 3], Array(18).fill(0)));
    expect(await refusal()).toContain('both must have the same size');
  });
});

describe('CIFAR binary files', () => {
  const record = (labels: number[], red: number, green: number, blue: number) =>
    Buffer.concat([Buffer.from(labels), Buffer.alloc(1024, red), Buffer.alloc(1024, green), Buffer.alloc(1024, blue)]);

  function writeCifar10(folder: string): void {
    mkdirSync(folder, { recursive: true });
    for (let batch = 1; batch <= 5; batch++) writeFileSync(join(folder, `data_batch_${batch}.bin`), record([batch], 10 * batch, 1, 2));
    writeFileSync(join(folder, 'test_batch.bin'), Buffer.concat([record([9], 7, 8, 9), record([0], 3, 4, 5)]));
  }

  it('of CIFAR-10 become interleaved pixels, in the order of the batches', async () => {
    writeCifar10(join(directory, 'cifar-10-batches-bin'));
    const dataset = await load();
    expect(dataset.name).toBe('CIFAR-10');
    expect(dataset.imageShape).toEqual([32, 32, 3]);
    expect([...dataset.train.labels]).toEqual([1, 2, 3, 4, 5]);
    expect([...dataset.train.pixels.subarray(3072, 3078)]).toEqual([20, 1, 2, 20, 1, 2]);
    expect([...dataset.test.pixels.subarray(3071, 3075)]).toEqual([9, 3, 4, 5]);
    expect(dataset.classes[dataset.test.labels[0]!]).toBe('truck');
    expect(dataset.channelMean).toEqual([30 / 255, 1 / 255, 2 / 255].map((mean) => expect.closeTo(mean, 12)));
  });

  it('of CIFAR-100 have the fine label as their class', async () => {
    writeFileSync(join(directory, 'train.bin'), record([4, 99], 1, 2, 3));
    writeFileSync(join(directory, 'test.bin'), record([0, 23], 1, 2, 3));
    const dataset = await load();
    expect(dataset.classes).toHaveLength(100);
    expect(dataset.classes[dataset.train.labels[0]!]).toBe('worm');
    expect(dataset.classes[dataset.test.labels[0]!]).toBe('cloud');
  });

  it('are refused when cut short, with labels out of range or incomplete', async () => {
    writeCifar10(directory);
    const path = join(directory, 'data_batch_3.bin');
    writeFileSync(path, record([1], 1, 1, 1).subarray(0, 3000));
    expect(await refusal()).toBe(
      `The data file ${path} is truncated: its 3000 bytes are no whole number of images of 3073 bytes; download it again.`,
    );
    writeFileSync(path, Buffer.concat([record([1], 1, 1, 1), record([10], 1, 1, 1)]));
    expect(await refusal()).toContain(`${path} has the label 10 for image 2, but there are only 10 classes (0 to 9)`);
    rmSync(path);
    expect(await refusal()).toBe(
      `The data set in ${directory} is incomplete, the file data_batch_3.bin is missing: put it there or download the data set again.`,
    );
  });

  it('in the Python version are told from the binary one', async () => {
    mkdirSync(join(directory, 'cifar-10-batches-py'));
    expect(await refusal()).toContain(
      'the Python version of CIFAR; the binary version is needed (“e2train data fetch cifar10” or “cifar100”)',
    );
  });
});

describe('a data folder', () => {
  it('is refused when it is not there, is a file, is empty or holds two data sets', async () => {
    expect(await refusal(join(directory, 'nowhere'))).toBe(`There is no data folder ${join(directory, 'nowhere')}: check its path.`);
    const file = join(directory, 'file');
    writeFileSync(file, '');
    expect(await refusal(file)).toBe(`${file} is a file: give the folder that holds the data set.`);
    expect(await refusal()).toContain(`${directory} holds no data set that can be read: it should hold IDX files`);
    writeIdxDataset(join(directory, 'raw'));
    writeIdxDataset(directory);
    expect(await refusal()).toContain('holds more than one data set');
  });

  it('that lacks a file says which', async () => {
    writeIdxDataset(directory);
    rmSync(join(directory, 't10k-labels-idx1-ubyte'));
    expect(await refusal()).toBe(
      `The data set in ${directory} is incomplete, the file t10k-labels-idx1-ubyte(.gz) is missing: put it there or download the data set again.`,
    );
  });
});
