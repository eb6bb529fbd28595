import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../platform/built-file';
import { BatchMaker } from './batch-maker';
import { BatchRing } from './batch-ring';
import type { BatchThreadTask } from './batch-thread';
import { type Dataset, valuesPerImage } from './dataset';
import { asSharedBytes } from './image-set';

/** One mini-batch. Its arrays hold until the next one is taken. */
export interface Batch {
  /** Counted from 0 over the whole run. */
  readonly index: number;
  /** [samples, height, width, channels], augmented and normalised. */
  readonly images: Float32Array;
  /** [samples] */
  readonly labels: Int32Array;
}

export interface BatchStream {
  /**
   * The next batch; waits for it where it is not ready yet. Every batch is full: see BatchMaker.
   * @throws Error with one sentence when the thread that makes batches has died.
   */
  take(): Batch;
  /** Ends the thread. A batch that was taken is no longer valid. */
  close(): Promise<void>;
}

export interface BatchStreamOptions {
  readonly batchSize: number;
  readonly seed: number;
  /** Crop with 4 px padding and flip. */
  readonly augment: boolean;
  /** Index of the first batch to take; that of a resumed run. */
  readonly firstBatch?: number;
  /** A thread that makes not a single image for so long, while one waits for it, counts as dead. */
  readonly patienceMs?: number;
}

const usualPatienceMs = 30_000;
/** How often a wait looks after the thread. Looks are counted rather than the clock read: a machine that was asleep is no dead thread. */
const looks = 30;

/**
 * Opens the endless stream of training batches, made ahead of their use by a thread of their own.
 * @throws RangeError with one sentence when the batch is larger than the data set.
 */
export function openBatchStream(dataset: Dataset, options: BatchStreamOptions): BatchStream {
  const { batchSize, seed, augment, firstBatch = 0, patienceMs = usualPatienceMs } = options;
  const { imageShape, channelMean, channelDeviation } = dataset;
  const { count, pixels, labels } = dataset.train;
  const train = { count, pixels: asSharedBytes(pixels), labels: asSharedBytes(labels) };
  const plan = { imageShape, channelMean, channelDeviation, train, batchSize, seed, augment };
  // The same checks as in the thread, where they can still be thrown to the caller.
  new BatchMaker(plan);
  const ring = BatchRing.create({ batchSize, imageValues: valuesPerImage(dataset) });
  return new ThreadedBatchStream(ring, { plan, memory: ring.memory, firstBatch }, patienceMs);
}

class ThreadedBatchStream implements BatchStream {
  private readonly worker: Worker;
  private readonly firstBatch: number;
  private taken = 0;
  private closed = false;
  private exited = false;
  private death?: string;

  constructor(
    private readonly ring: BatchRing,
    task: BatchThreadTask,
    private readonly patienceMs: number,
  ) {
    this.firstBatch = task.firstBatch;
    this.worker = new Worker(builtFile('batch-thread.js'), { workerData: task });
    this.worker.on('error', (error) => {
      this.death = error.message;
    });
    this.worker.once('exit', () => {
      this.exited = true;
      this.death ??= 'it ended';
    });
    // A forgotten stream must not keep the process alive.
    this.worker.unref();
  }

  take(): Batch {
    if (this.closed) throw new Error('The stream of training batches is closed.');
    if (this.taken > 0) this.ring.release();
    this.waitForNext();
    const index = this.firstBatch + this.taken;
    const slot = this.ring.slot(this.taken);
    this.taken += 1;
    return { index, ...slot };
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.ring.stop();
    if (this.exited) return;
    this.worker.ref();
    await once(this.worker, 'exit');
  }

  private waitForNext(): void {
    let fruitlessLooks = 0;
    let { progress } = this.ring;
    while (!this.ring.waitUntilFilled(this.taken, this.patienceMs / looks)) {
      const reason = this.ring.failure ?? this.death;
      if (reason !== undefined) throw new Error(deathSentence(reason));
      fruitlessLooks = this.ring.progress === progress ? fruitlessLooks + 1 : 0;
      progress = this.ring.progress;
      // While this thread sleeps it hears of no exit, so a death shows only in that nothing comes.
      if (fruitlessLooks >= looks) throw new Error(deathSentence(`it made no image for ${this.patienceMs / 1000} s`));
    }
  }
}

function deathSentence(reason: string): string {
  return `The thread that prepares the training images died (${reason}): resume the run from its last checkpoint.`;
}
