import { mediaFile } from '../platform/media-file';
import type { DataReference } from '../protocol/configuration';
import { cifarShape, readCifar } from './cifar';
import { cifar10Classes, cifar100Classes } from './class-names';
import { cifar10TestFiles, cifar10TrainFiles, cifar100TestFiles, cifar100TrainFiles, recognizeDataDirectory } from './data-directory';
import type { Dataset } from './dataset';
import { channelStatistics } from './image-set';
import { readIdxDataset } from './read-idx-dataset';

/**
 * Reads a data set into memory. The pixels lie in shared memory, so that the thread that prepares batches needs no copy.
 * @throws DataError with one sentence: which file, what is wrong with it, what to do.
 */
export async function loadDataset(reference: DataReference): Promise<Dataset> {
  if (reference.kind === 'directory') return loadDirectory(reference.path);
  return {
    ...(await loadDirectory(mediaFile('fashion-mnist-sample'))),
    name: 'Fashion-MNIST sample',
    provenance: 'built in: 4 000 training and 1 000 test images of Fashion-MNIST (Zalando SE, MIT licence)',
  };
}

async function loadDirectory(path: string): Promise<Dataset> {
  const recognized = await recognizeDataDirectory(path);
  if (recognized.format === 'idx') return readIdxDataset(recognized);
  const { directory } = recognized;
  const ten = recognized.format === 'cifar10';
  const classes = ten ? cifar10Classes : cifar100Classes;
  const format = { labels: ten ? 1 : 2, classes: classes.length };
  const train = await readCifar(directory, ten ? cifar10TrainFiles : cifar100TrainFiles, format);
  const test = await readCifar(directory, ten ? cifar10TestFiles : cifar100TestFiles, format);
  return {
    name: ten ? 'CIFAR-10' : 'CIFAR-100',
    provenance: `binary files in ${directory}`,
    classes,
    imageShape: cifarShape,
    ...channelStatistics(train, cifarShape[2]),
    train,
    test,
  };
}
