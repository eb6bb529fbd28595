import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomically } from '../../platform/atomic-write';
import { Random } from '../../platform/random';
import { cacheFolder } from '../cache-folder';
import type { RunRecord } from './run-record';

const side = 32;
const classes = 100;
const files = { 'train.bin': 5000, 'test.bin': 1000 };

/** What a record says of these images: its note begins so, and by that it is told from one of real images. */
export const madeUpNote = 'made-up images in its file format, so accuracy means nothing';

export const isMadeUp = ({ data }: Pick<RunRecord, 'data'>): boolean => data.note?.startsWith(madeUpNote) ?? false;

export const madeUpFolder = (): string => join(cacheFolder(), 'made-up-cifar-100');

/**
 * Writes a folder in CIFAR-100's own binary format whose images are made up: noise on a colour gradient that depends on the class. For
 * counting computation and energy, which do not depend on what the images show; accuracies on them mean nothing.
 * @returns the folder's path; files that are there stay.
 */
export function writeMadeUpImages(): string {
  const folder = madeUpFolder();
  mkdirSync(folder, { recursive: true });
  for (const [name, count] of Object.entries(files)) {
    const path = join(folder, name);
    if (!existsSync(path)) writeFileAtomically(path, images(count, new Random(1, name)));
  }
  return folder;
}

function images(count: number, random: Random): Buffer {
  const recordBytes = 2 + 3 * side * side;
  const bytes = Buffer.alloc(count * recordBytes);
  for (let image = 0; image < count; image++) {
    const label = image % classes;
    bytes[image * recordBytes] = Math.floor(label / 5);
    bytes[image * recordBytes + 1] = label;
    for (let value = 0; value < 3 * side * side; value++) {
      const gradient = ((value % side) * (label % 10) + Math.floor(value / side) * Math.floor(label / 10)) % 192;
      bytes[image * recordBytes + 2 + value] = gradient + random.integer(64);
    }
  }
  return bytes;
}
