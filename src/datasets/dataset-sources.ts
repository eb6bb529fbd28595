import { cifar10TestFiles, cifar10TrainFiles, cifar100TestFiles, cifar100TrainFiles } from './data-directory';

/** Where the known data sets are published, with the checksums that their publishers give. */

export interface SourceFile {
  readonly name: string;
  /** As published; MD5 is what the publishers chose. */
  readonly md5: string;
  /** For a packed file: the files that are taken out of it, and the folder that they go to. */
  readonly unpacked?: { readonly folder: string; readonly files: readonly string[] };
}

export interface DatasetSource {
  readonly title: string;
  /** Address of the folder that has the files; ends with a slash. */
  readonly address: string;
  readonly files: readonly SourceFile[];
}

export const datasetNames = ['cifar10', 'cifar100', 'mnist', 'fashion-mnist'] as const;
export type DatasetName = (typeof datasetNames)[number];

export const datasetSources: Readonly<Record<DatasetName, DatasetSource>> = {
  cifar10: {
    title: 'CIFAR-10',
    address: 'https://www.cs.toronto.edu/~kriz/',
    files: [
      {
        name: 'cifar-10-binary.tar.gz',
        md5: 'c32a1d4ab5d03f1284b67883e8d87530',
        unpacked: { folder: 'cifar-10-batches-bin', files: [...cifar10TrainFiles, ...cifar10TestFiles] },
      },
    ],
  },
  cifar100: {
    title: 'CIFAR-100',
    address: 'https://www.cs.toronto.edu/~kriz/',
    files: [
      {
        name: 'cifar-100-binary.tar.gz',
        md5: '03b5dce01913d631647c71ecec9e9cb8',
        unpacked: { folder: 'cifar-100-binary', files: [...cifar100TrainFiles, ...cifar100TestFiles] },
      },
    ],
  },
  mnist: {
    title: 'MNIST',
    address: 'https://ossci-datasets.s3.amazonaws.com/mnist/',
    files: [
      { name: 'train-images-idx3-ubyte.gz', md5: 'f68b3c2dcbeaaa9fbdd348bbdeb94873' },
      { name: 'train-labels-idx1-ubyte.gz', md5: 'd53e105ee54ea40749a09fcbcd1e9432' },
      { name: 't10k-images-idx3-ubyte.gz', md5: '9fb629c4189551a2d022fa330f9573f3' },
      { name: 't10k-labels-idx1-ubyte.gz', md5: 'ec29112dd5afa0611ce80d1b7f02629c' },
    ],
  },
  'fashion-mnist': {
    title: 'Fashion-MNIST',
    address: 'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
    files: [
      { name: 'train-images-idx3-ubyte.gz', md5: '8d4fb7e6c68d591d4c3dfef9ec88bf0d' },
      { name: 'train-labels-idx1-ubyte.gz', md5: '25c81989df183df01b3e8a0aad5dffbe' },
      { name: 't10k-images-idx3-ubyte.gz', md5: 'bef4ecab320f06d8554ea6380940ec79' },
      { name: 't10k-labels-idx1-ubyte.gz', md5: 'bb300cfdad3c16e7a12a480ee83cd310' },
    ],
  },
};
