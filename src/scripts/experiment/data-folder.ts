import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Dataset } from '../../datasets/dataset';
import type { ExperimentOptions } from './experiment-options';
import { madeUpFolder, madeUpNote, writeMadeUpImages } from './made-up-images';
import type { Plan } from './plans';

/** Where Debian's package `dataset-fashion-mnist` puts the files. */
const debianFashionMnist = '/usr/share/datasets/fashion-mnist';

/**
 * The folder of a plan's images, and what has to be said of them.
 * @throws Error with one sentence that says how to get them.
 */
export function dataFolder(options: Pick<ExperimentOptions, 'plan' | 'data' | 'note'>): { directory: string; note?: string } {
  const directory = options.data === undefined ? ownFolder(options.plan) : resolve(options.data);
  const notes = [directory === madeUpFolder() ? madeUpNote : [], options.note ?? []].flat();
  return { directory, ...(notes.length > 0 && { note: notes.join('; ') }) };
}

function ownFolder({ name, data, dataset }: Plan): string {
  switch (data) {
    case 'fashion-mnist':
      if (existsSync(debianFashionMnist)) return debianFashionMnist;
      throw new Error(
        'Fashion-MNIST is not here: on Debian “apt-get install dataset-fashion-mnist”, elsewhere “e2train data fetch fashion-mnist” and --data fashion-mnist.',
      );
    case 'made-up':
      return writeMadeUpImages();
    default:
      throw new Error(`The experiment ${name} needs --data DIR, a folder with ${dataset}'s binary files: “e2train data fetch cifar10”.`);
  }
}

/** @throws Error with one sentence when a folder's images are not those that the plan's table is about. */
export function refuseOtherData({ name, dataset }: Plan, found: Pick<Dataset, 'name'>, directory: string): void {
  if (found.name === dataset) return;
  throw new Error(
    `The experiment ${name} is about ${dataset}, but ${directory} holds ${found.name}: give --data a folder with ${dataset}.`,
  );
}
