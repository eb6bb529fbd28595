import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { augmentInto, drawAugmentation } from '../../src/datasets/augment';
import { BatchMaker } from '../../src/datasets/batch-maker';
import { BatchRing } from '../../src/datasets/batch-ring';
import { type BatchStream, openBatchStream } from '../../src/datasets/batch-stream';
import type { Dataset, ImageSet } from '../../src/datasets/dataset';
import { evaluationBatches } from '../../src/datasets/evaluation-batches';
import { normalizationTable, normalizeInto } from '../../src/datasets/normalize';
import { builtFile } from '../../src/platform/built-file';
import { Random } from '../../src/platform/random';

vi.mock('../../src/platform/built-file', async (original) => {
  const real = await original<{ builtFile: typeof builtFile }>();
  return { builtFile: vi.fn(real.builtFile) };
});

/** Images whose pixels tell which image they are of: image n has the value n everywhere, and the label n mod 10. */
function numbered(count: number, size = 12): ImageSet {
  const pixels = Uint8Array.from({ length: count * size }, (_, index) => Math.floor(index / size));
  return { count, pixels, labels: Uint8Array.from({ length: count }, (_, image) => image % 10) };
}

const dataset: Dataset = {
  name: 'numbered',
  provenance: 'made by the test',
  classes: [...'0123456789'],
  imageShape: [2, 3, 2],
  channelMean: [0, 0],
  channelDeviation: [1 / 255, 1 / 255],
  train: numbered(23),
  test: numbered(7),
};

describe('normalisation', () => {
  it('is (byte / 255 − mean) / deviation by channel', () => {
    const values = new Float32Array(4);
    normalizeInto(Uint8Array.of(0, 255, 51, 102), normalizationTable({ channelMean: [0.5, 0.2], channelDeviation: [0.25, 0.4] }), values);
    expect([...values]).toEqual([-2, 2, -1.2, 0.5].map((value) => expect.closeTo(value, 6)));
  });
});

describe('augmentation', () => {
  const table = normalizationTable({ channelMean: [0], channelDeviation: [1 / 255] });
  const image = Uint8Array.of(1, 2, 3, 4, 5, 6);
  const augmented = (down: number, right: number, flip: boolean) => {
    const out = new Float32Array(6);
    augmentInto(image, [2, 3, 1], { down, right, flip }, table, out);
    return [...out].map(Math.round);
  };

  it('crops the padded image, then flips it', () => {
    expect(augmented(0, 0, false)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(augmented(0, 0, true)).toEqual([3, 2, 1, 6, 5, 4]);
    expect(augmented(1, 0, false)).toEqual([4, 5, 6, 0, 0, 0]);
    expect(augmented(-1, 1, false)).toEqual([0, 0, 0, 2, 3, 0]);
    expect(augmented(-1, 1, true)).toEqual([0, 0, 0, 0, 3, 2]);
    expect(augmented(4, -4, true)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('draws all 81 crops and both flips', () => {
    const random = new Random(1, 'augmentation');
    const drawn = new Set(Array.from({ length: 5000 }, () => JSON.stringify(drawAugmentation(random))));
    expect(drawn.size).toBe(162);
  });
});

describe('training batches', () => {
  const make = (index: number, { seed = 1, augment = false } = {}) => {
    const images = new Float32Array(5 * 12);
    const labels = new Int32Array(5);
    new BatchMaker({ ...dataset, batchSize: 5, seed, augment }).make(index, images, labels);
    return { images, labels, numbers: Array.from({ length: 5 }, (_, place) => Math.round(images[place * 12]!)) };
  };

  it('go through the images once per epoch, in another order each, and leave out what fills no batch', () => {
    const epoch = (number: number) => [0, 1, 2, 3].flatMap((batch) => make(4 * number + batch).numbers);
    expect(new Set(epoch(0)).size).toBe(20);
    expect(new Set(epoch(1)).size).toBe(20);
    expect(epoch(1)).not.toEqual(epoch(0));
    const seen = new Set([0, 1, 2, 3, 4, 5, 6, 7].flatMap(epoch));
    expect(seen.size).toBe(23);
  });

  it('carry the labels of their images', () => {
    const { labels, numbers } = make(6);
    expect([...labels]).toEqual(numbers.map((number) => number % 10));
  });

  it('depend on seed and index alone', () => {
    expect(make(9, { augment: true })).toEqual(make(9, { augment: true }));
    expect(make(9, { seed: 2 }).numbers).not.toEqual(make(9).numbers);
  });

  it('cannot be larger than the data set', () => {
    expect(() => openBatchStream(dataset, { batchSize: 24, seed: 1, augment: false })).toThrow(
      "The batch size 24 is larger than the data set's 23 training images: choose at most 23.",
    );
  });
});

describe('the stream of training batches', () => {
  let stream: BatchStream | undefined;
  afterEach(() => stream?.close());

  const take = (from: BatchStream) => {
    const { index, images, labels } = from.take();
    return { index, images: images.slice(), labels: labels.slice() };
  };

  it('gives what the maker makes, in order, from any batch on', async () => {
    const options = { batchSize: 5, seed: 3, augment: true };
    stream = openBatchStream(dataset, options);
    const batches = Array.from({ length: 30 }, () => take(stream!));
    const maker = new BatchMaker({ ...dataset, ...options });
    for (const [index, batch] of batches.entries()) {
      const images = new Float32Array(60);
      const labels = new Int32Array(5);
      maker.make(index, images, labels);
      expect(batch).toEqual({ index, images, labels });
    }
    await stream.close();
    stream = openBatchStream(dataset, { ...options, firstBatch: 17 });
    expect(take(stream)).toEqual(batches[17]);
    expect(take(stream)).toEqual(batches[18]);
  });

  it('keeps a taken batch as it is until the next one is taken', async () => {
    stream = openBatchStream(dataset, { batchSize: 5, seed: 3, augment: true });
    stream.take();
    const batch = stream.take();
    const copy = batch.images.slice();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(batch.images).toEqual(copy);
  });

  it('ends when closed, waiting or not', async () => {
    stream = openBatchStream(dataset, { batchSize: 5, seed: 3, augment: false });
    await stream.close();
    expect(() => stream!.take()).toThrow('The stream of training batches is closed.');
  });

  it('says in a sentence that its thread died, and does not wait for it forever', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'e2-train-thread-'));
    const script = join(folder, 'thread.js');
    vi.mocked(builtFile).mockReturnValueOnce(script);
    writeFileSync(script, 'process.exit(3)');
    stream = openBatchStream(dataset, { batchSize: 5, seed: 1, augment: false, patienceMs: 300 });
    expect(() => stream!.take()).toThrow(
      'The thread that prepares the training images died (it made no image for 0.3 s): resume the run from its last checkpoint.',
    );
    // Once its end is known there is nothing to wait for.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(() => stream!.take()).toThrow('died (it ended)');
    rmSync(folder, { recursive: true });
  });
});

describe('the ring of batches', () => {
  it('lets the filling side run ahead by its slots and no further', () => {
    const ring = BatchRing.create({ batchSize: 2, imageValues: 3 });
    let batch = 0;
    for (; batch < 4; batch++) {
      expect(ring.waitUntilFree(batch)).toBe(true);
      ring.markFilled();
    }
    expect(ring.waitUntilFilled(3, 0)).toBe(true);
    expect(ring.waitUntilFilled(4, 0)).toBe(false);
    ring.release();
    expect(ring.waitUntilFree(4)).toBe(true);
    expect(ring.slot(4).images.byteOffset).toBe(ring.slot(0).images.byteOffset);
    ring.stop();
    expect(ring.waitUntilFree(9)).toBe(false);
  });
});

describe('the ring of batches, when its filling side fails', () => {
  it('passes the reason on at once', () => {
    const ring = BatchRing.create({ batchSize: 2, imageValues: 3 });
    BatchRing.over(ring.memory, { batchSize: 2, imageValues: 3 }).fail('It ran out of ideas – sorry.');
    expect(ring.waitUntilFilled(0, 60_000)).toBe(false);
    expect(ring.failure).toBe('It ran out of ideas – sorry.');
  });
});

describe('evaluation batches', () => {
  it('hold all images once, in order, the last batch smaller', () => {
    const batches = [...evaluationBatches(dataset.test, dataset, 3)].map(({ images, labels }) => [images.length / 12, [...labels]]);
    expect(batches).toEqual([
      [3, [0, 1, 2]],
      [3, [3, 4, 5]],
      [1, [6]],
    ]);
    const values = [...evaluationBatches(dataset.test, dataset, 3)].at(-1)!.images;
    expect([...values].map(Math.round)).toEqual(Array(12).fill(6));
  });
});
