import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from './data-error';

/** What a folder of images was recognised as, and the files to read. */
export type DataDirectory =
  | {
      readonly format: 'idx';
      readonly directory: string;
      readonly files: Readonly<Record<IdxPart, string>>;
      /** Names the classes, one a line. */
      readonly classesFile?: string;
    }
  | { readonly format: 'cifar10' | 'cifar100'; readonly directory: string };

type IdxPart = 'trainImages' | 'trainLabels' | 'testImages' | 'testLabels';

/** Folders in which the usual archives and tools put the files. */
const usualSubfolders = ['', 'raw', 'MNIST/raw', 'FashionMNIST/raw', 'cifar-10-batches-bin', 'cifar-100-binary'];

const idxFiles: Record<IdxPart, { usual: string; pattern: RegExp }> = {
  trainImages: { usual: 'train-images-idx3-ubyte', pattern: /train.*images?.*idx\d.*ubyte(\.gz)?$/ },
  trainLabels: { usual: 'train-labels-idx1-ubyte', pattern: /train.*labels?.*idx1.*ubyte(\.gz)?$/ },
  testImages: { usual: 't10k-images-idx3-ubyte', pattern: /(t10k|test).*images?.*idx\d.*ubyte(\.gz)?$/ },
  testLabels: { usual: 't10k-labels-idx1-ubyte', pattern: /(t10k|test).*labels?.*idx1.*ubyte(\.gz)?$/ },
};

export const cifar10TrainFiles = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
export const cifar10TestFiles = ['test_batch.bin'];
export const cifar100TrainFiles = ['train.bin'];
export const cifar100TestFiles = ['test.bin'];

const formatsInWords =
  'IDX files (train-images-idx3-ubyte and so on, gzip’ed or not), CIFAR-10 binary files (data_batch_1.bin …) or CIFAR-100 binary files (train.bin, test.bin)';

/**
 * Recognises the data set in a folder or its usual subfolder by the files there.
 * @throws DataError when there is none, when it is incomplete, or when there are several.
 */
export async function recognizeDataDirectory(directory: string): Promise<DataDirectory> {
  const top = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new DataError(`There is no data folder ${directory}: check its path.`);
    if (error.code === 'ENOTDIR') throw new DataError(`${directory} is a file: give the folder that holds the data set.`);
    throw new DataError(`The data folder ${directory} cannot be read: ${error.message}.`);
  });
  const found: DataDirectory[] = [];
  for (const subfolder of usualSubfolders) {
    const folder = join(directory, subfolder);
    const names = subfolder === '' ? top : await readdir(folder).catch(() => []);
    found.push(...recognize(folder, names));
  }
  const [first, second] = found;
  if (first && second) {
    throw new DataError(
      `The data folder ${directory} holds more than one data set (${first.directory} and ${second.directory}): give the folder of one.`,
    );
  }
  if (first) return first;
  throw new DataError(
    `The data folder ${directory} holds no data set that can be read: ${nearMiss(top) ?? `it should hold ${formatsInWords}`}.`,
  );
}

function recognize(directory: string, names: readonly string[]): DataDirectory[] {
  const found: DataDirectory[] = [];
  const parts = Object.entries(idxFiles).map(([part, { usual, pattern }]) => [part, usual, findIdx(names, pattern)] as const);
  if (parts.some(([, , name]) => name !== undefined)) {
    requireAll(
      directory,
      parts.filter(([, , name]) => name === undefined).map(([, usual]) => `${usual}(.gz)`),
    );
    const files = Object.fromEntries(parts.map(([part, , name]) => [part, join(directory, name!)])) as Record<IdxPart, string>;
    const classesFile = names.includes('classes.txt') ? { classesFile: join(directory, 'classes.txt') } : {};
    found.push({ format: 'idx', directory, files, ...classesFile });
  }
  const cifar10 = [...cifar10TrainFiles, ...cifar10TestFiles];
  if (cifar10.some((file) => names.includes(file))) {
    requireAll(
      directory,
      cifar10.filter((file) => !names.includes(file)),
    );
    found.push({ format: 'cifar10', directory });
  }
  const cifar100 = [...cifar100TrainFiles, ...cifar100TestFiles];
  if (cifar100.some((file) => names.includes(file))) {
    requireAll(
      directory,
      cifar100.filter((file) => !names.includes(file)),
    );
    found.push({ format: 'cifar100', directory });
  }
  return found;
}

/** An unpacked file before a packed one of the same name. */
function findIdx(names: readonly string[], pattern: RegExp): string | undefined {
  return names.filter((name) => pattern.test(name)).sort((a, b) => a.length - b.length)[0];
}

function requireAll(directory: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  const files = missing.length === 1 ? `the file ${missing[0]} is` : `the files ${missing.join(', ')} are`;
  throw new DataError(`The data set in ${directory} is incomplete, ${files} missing: put it there or download the data set again.`);
}

/** What to do about files that are almost right. */
function nearMiss(names: readonly string[]): string | undefined {
  const archive = names.find((name) => /^cifar-10+-(binary|python)\.tar\.gz$/.test(name));
  if (names.some((name) => /^(data_batch_1|cifar-10-batches-py|cifar-100-python)$/.test(name)) || archive?.includes('python')) {
    return 'it has the Python version of CIFAR; the binary version is needed (“e2train data fetch cifar10” or “cifar100”)';
  }
  return archive && `unpack ${archive} there first`;
}
