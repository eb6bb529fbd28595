import { existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { RunStore } from '../../src/runs/run-store';
import { idxBytes, writeIdxDataset } from '../datasets/idx-files';
import { run, sampleModel, temporaryFolder } from './command-line';

let directory: string;
beforeEach(() => {
  directory = temporaryFolder();
});

/** The sentence of a command that is refused before it leaves anything. */
async function refusal(...words: string[]): Promise<string> {
  const { code, output, error } = await run(['train', ...words, '--iterations', '2'], directory);
  expect({ code, output }).toEqual({ code: 1, output: '' });
  expect(new RunStore(directory).ids()).toEqual([]);
  const lines = error.trim().split('\n');
  expect(lines).toHaveLength(1);
  return lines[0]!;
}

it.each([
  [[], 'Say what to train: a model file or a built-in network such as resnet20, or --resume RUN.'],
  [['resnet8', '--batch', '0'], '--batch must be at least 1, not 0.'],
  [['resnet8', '--smd', '-1'], '--smd must be at least 0, not -1.'],
  [['resnet8', '--threads', '1000'], '--threads must be at most 64, not 1000.'],
  [['resnet8', '--profile', 'sun'], 'There is no device profile “sun”; choose one of: asic-45nm, eyeriss-65nm.'],
  [
    ['resnet8', '--input', '32x32x3'],
    "--input and --export are for model files: resnet8 takes the shape of the data set's images; leave them out.",
  ],
])('%j is refused in one sentence, and no run is made', async (words, sentence) => {
  expect(await refusal(...words)).toBe(sentence);
});

describe('a model that cannot be trained', () => {
  it('is refused with the sentence and the line that inspection gives', async () => {
    const file = sampleModel('broken/throws.js');
    expect(await refusal(file)).toBe(`The file throws Error: Expected units to be a positive integer, but got -1. (${file}:4)`);
  });

  it('among several is to be named', async () => {
    const file = sampleModel('models/several.js');
    expect(await refusal(file)).toBe(
      `${file} has several models (“small”, “large”, “medium”): say which one, on the command line with --export.`,
    );
    expect(await refusal(file, '--export', 'huge')).toBe(`${file} has no model “huge”; it has “small”, “large”, “medium”.`);
  });

  it('on these images is refused with its layer, and what would fit', async () => {
    expect(await refusal(sampleModel('models/factory.ts'))).toMatch(
      /expects images of \S+, but .* has images of 28×28×1; set the model's input shape to/,
    );
  });
});

describe('data that cannot be read', () => {
  const data = (file = '') => join(directory, 'data', file);

  it('lacks its folder, or holds no data set', async () => {
    expect(await refusal('resnet8', '--data', data())).toBe(`There is no data folder ${data().replace(/\/$/, '')}: check its path.`);
    mkdirSync(data());
    expect(await refusal('resnet8', '--data', data())).toMatch(/holds no data set that can be read: it should hold IDX files/);
  });

  it('is cut short, has a wrong magic number, or labels out of range', async () => {
    writeIdxDataset(data());
    const images = data('train-images-idx3-ubyte');
    truncateSync(images, 40);
    expect(await refusal('resnet8', '--data', data())).toMatch(
      /The data file .*train-images-idx3-ubyte is truncated: its header says 6×2×3/,
    );
    writeFileSync(images, 'no images at all');
    expect(await refusal('resnet8', '--data', data())).toMatch(/is no IDX file of images: it begins with 0x6e6f2069 instead of/);
    writeIdxDataset(data());
    writeFileSync(data('classes.txt'), 'cat\ndog\n');
    writeFileSync(data('train-labels-idx1-ubyte'), idxBytes([6], [0, 1, 0, 1, 0, 7]));
    expect(await refusal('resnet8', '--data', data())).toMatch(/has the label 7 for image 6, but there are only 2 classes \(0 to 1\)/);
  });

  it('has fewer images than a batch', async () => {
    writeIdxDataset(data());
    const model = join(directory, 'model.js');
    writeFileSync(
      model,
      `const tf = require('@tensorflow/tfjs');
      module.exports = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [2, 3, 1] }), tf.layers.dense({ units: 10, activation: 'softmax' })] });`,
    );
    const { code, error } = await run(['train', model, '--data', data(), '--batch', '7'], directory);
    expect({ code, error }).toEqual({
      code: 1,
      error: "The batch size 7 is larger than the data set's 6 training images: choose at most 6.\n",
    });
  });
});

it('a batch that needs more memory than there is is refused with the batch that fits', async () => {
  const sentence = await refusal('resnet110', '--batch', '4096', '--engine', 'wasm');
  expect(sentence).toMatch(/^A batch of 4096 needs \d+\.\d\d GB of memory, and the wasm .* engine has \d\.\d\d GB: a batch of \d+ fits\.$/);
  const fits = Number(/a batch of (\d+) fits/.exec(sentence)![1]);
  expect(await refusal('resnet110', '--batch', String(fits + 1), '--engine', 'wasm')).toContain(`A batch of ${fits + 1} needs `);
});

it('a folder that cannot be written is named, and nothing is left', async () => {
  // A file in its place refuses root as well, whom permissions do not stop.
  writeFileSync(join(directory, '.e2train'), '');
  expect(await refusal('resnet8')).toBe(
    `The folder ${join(directory, '.e2train', 'runs')} cannot be made since a file is in its place: move that file away.`,
  );
  expect(existsSync(join(directory, '.e2train', 'runs'))).toBe(false);
});
