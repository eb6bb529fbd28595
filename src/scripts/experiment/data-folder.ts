import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { madeUpImages } from './made-up-images';
import type { Plan } from './plans';

/** Where Debian's package `dataset-fashion-mnist` puts the files. */
const debianFashionMnist = '/usr/share/datasets/fashion-mnist';

/**
 * The folder of a plan's images, and what has to be said of them.
 * @throws Error with one sentence that says how to get them.
 */
export function dataFolder({ name, data }: Plan, given: string | undefined): { directory: string; note?: string } {
  if (given !== undefined) return { directory: resolve(given) };
  switch (data) {
    case 'fashion-mnist':
      if (existsSync(debianFashionMnist)) return { directory: debianFashionMnist };
      throw new Error(
        'Fashion-MNIST is not here: on Debian “apt-get install dataset-fashion-mnist”, elsewhere “e2train data fetch fashion-mnist” and --data fashion-mnist.',
      );
    case 'made-up':
      return { directory: madeUpImages(), note: 'made-up images in its file format, so accuracy means nothing' };
    default:
      throw new Error(`The experiment ${name} needs --data DIR, a folder with CIFAR-10's binary files: “e2train data fetch cifar10”.`);
  }
}
