import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { digitClasses, fashionMnistClasses } from './class-names';
import type { DataDirectory } from './data-directory';
import { DataError } from './data-error';
import type { Dataset, ImageSet } from './dataset';
import { parseIdx } from './idx';
import { asSharedBytes, channelStatistics, checkLabels } from './image-set';
import { readDataFile } from './read-data-file';

type IdxDirectory = Extract<DataDirectory, { format: 'idx' }>;
type ImageShape = Dataset['imageShape'];

/** Without a `classes.txt` a folder of IDX files has ten classes, as MNIST and its siblings. */
const usualClasses = 10;

/** Labels of the first test images tell apart the data sets that share MNIST's file names. */
const knownBeginnings = [
  { name: 'MNIST', labels: [7, 2, 1, 0, 4, 1, 4, 9, 5, 9], classes: digitClasses },
  { name: 'Fashion-MNIST', labels: [9, 2, 1, 1, 6, 1, 4, 6, 5, 7], classes: fashionMnistClasses },
] as const;

/** @throws DataError when files do not fit together or labels are out of range. */
export async function readIdxDataset({ directory, files, classesFile }: IdxDirectory): Promise<Dataset> {
  const named = classesFile === undefined ? undefined : await readClassNames(classesFile);
  const classes = named?.length ?? usualClasses;
  const train = await readPart(files.trainImages, files.trainLabels, classes);
  const test = await readPart(files.testImages, files.testLabels, classes);
  if (train.shape.join() !== test.shape.join()) {
    throw new DataError(
      `The images of ${files.trainImages} are ${train.shape.join('×')} and those of ${files.testImages} are ${test.shape.join('×')}: both must have the same size.`,
    );
  }
  const known = knownBeginnings.find(({ labels }) => labels.every((label, index) => test.images.labels[index] === label));
  return {
    name: named ? basename(directory) : (known?.name ?? basename(directory)),
    provenance: `IDX files in ${dirname(files.trainImages)}`,
    classes: named ?? known?.classes ?? digitClasses.map((digit) => `class ${digit}`),
    imageShape: train.shape,
    ...channelStatistics(train.images, train.shape[2]),
    train: train.images,
    test: test.images,
  };
}

async function readPart(imagesPath: string, labelsPath: string, classes: number): Promise<{ images: ImageSet; shape: ImageShape }> {
  const images = parseIdx(imagesPath, await readDataFile(imagesPath), [3, 4], 'images');
  const labels = parseIdx(labelsPath, await readDataFile(labelsPath), [1], 'labels');
  const [count = 0, height = 0, width = 0, channels = 1] = images.shape;
  if (count !== labels.values.length) {
    throw new DataError(
      `${imagesPath} has ${count} images, but ${labelsPath} has ${labels.values.length} labels: both must be of the same data set.`,
    );
  }
  if (images.values.length === 0) throw new DataError(`The data file ${imagesPath} has no images.`);
  checkLabels(labelsPath, labels.values, classes, 'the file is damaged, or name all classes in a file classes.txt beside it, one a line');
  return {
    images: { count, pixels: asSharedBytes(images.values), labels: asSharedBytes(labels.values) },
    shape: [height, width, channels],
  };
}

async function readClassNames(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim());
  const names = lines.filter((line) => line !== '');
  if (names.length < 2 || names.length > 256) {
    throw new DataError(`The file ${path} names ${names.length} classes: it should name 2 to 256, one a line.`);
  }
  return names;
}
