/**
 * A ring of batches in shared memory between one thread that fills it and one that empties it. Counters only grow; batch number n
 * (counted from the first of the ring) lies in slot n mod slots.
 */

const counters = { filled: 0, released: 1, progress: 2, stopping: 3, failureLength: 4 } as const;
const headerBytes = 64;
const failureBytes = 2048;

/** Memory for all slots together, unless two need more. */
const usualBytes = 64 * 1024 * 1024;
const mostSlots = 4;
const fewestSlots = 2;

export interface RingShape {
  /** Samples of a batch. */
  readonly batchSize: number;
  /** Values of an image. */
  readonly imageValues: number;
}

export interface RingSlot {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

export class BatchRing {
  private readonly header: Int32Array;
  private readonly failureText: Uint8Array;
  private readonly slots: RingSlot[];

  private constructor(
    readonly memory: SharedArrayBuffer,
    { batchSize, imageValues }: RingShape,
  ) {
    this.header = new Int32Array(memory, 0, headerBytes / 4);
    this.failureText = new Uint8Array(memory, headerBytes, failureBytes);
    const bytes = slotBytes({ batchSize, imageValues });
    const count = Math.floor((memory.byteLength - headerBytes - failureBytes) / bytes);
    this.slots = Array.from({ length: count }, (_, slot) => {
      const start = headerBytes + failureBytes + slot * bytes;
      const labelsStart = start + batchSize * imageValues * 4;
      return { images: new Float32Array(memory, start, batchSize * imageValues), labels: new Int32Array(memory, labelsStart, batchSize) };
    });
  }

  static create(shape: RingShape): BatchRing {
    const bytes = slotBytes(shape);
    const slots = Math.max(fewestSlots, Math.min(mostSlots, Math.floor(usualBytes / bytes)));
    return new BatchRing(new SharedArrayBuffer(headerBytes + failureBytes + slots * bytes), shape);
  }

  static over(memory: SharedArrayBuffer, shape: RingShape): BatchRing {
    return new BatchRing(memory, shape);
  }

  get filled(): number {
    return Atomics.load(this.header, counters.filled);
  }

  /** Grows with every image, so that the emptying side knows a slow filling side from a dead one. */
  get progress(): number {
    return Atomics.load(this.header, counters.progress);
  }

  slot(batch: number): RingSlot {
    return this.slots[batch % this.slots.length]!;
  }

  /** Filling side: waits until the slot of this batch is free; false when it is to stop. */
  waitUntilFree(batch: number): boolean {
    for (;;) {
      if (Atomics.load(this.header, counters.stopping) !== 0) return false;
      const released = Atomics.load(this.header, counters.released);
      if (batch - released < this.slots.length) return true;
      Atomics.wait(this.header, counters.released, released);
    }
  }

  addProgress(): void {
    Atomics.add(this.header, counters.progress, 1);
  }

  markFilled(): void {
    Atomics.add(this.header, counters.filled, 1);
    Atomics.notify(this.header, counters.filled);
  }

  /** Filling side: it cannot go on. */
  fail(sentence: string): void {
    const bytes = Buffer.from(sentence).subarray(0, failureBytes);
    this.failureText.set(bytes);
    Atomics.store(this.header, counters.failureLength, bytes.length);
    Atomics.notify(this.header, counters.filled);
  }

  get failure(): string | undefined {
    const length = Atomics.load(this.header, counters.failureLength);
    return length === 0 ? undefined : Buffer.from(this.failureText.slice(0, length)).toString();
  }

  /** Emptying side: sleeps until more than `batch` batches were filled, at most so long. */
  waitUntilFilled(batch: number, milliseconds: number): boolean {
    const { filled } = this;
    if (filled > batch) return true;
    if (this.failure !== undefined) return false;
    Atomics.wait(this.header, counters.filled, filled, milliseconds);
    return this.filled > batch;
  }

  /** Emptying side: the oldest batch is used up. */
  release(): void {
    Atomics.add(this.header, counters.released, 1);
    Atomics.notify(this.header, counters.released);
  }

  /** Emptying side: no more batches are wanted. */
  stop(): void {
    Atomics.store(this.header, counters.stopping, 1);
    // A released slot more wakes the filling side, which then sees that it is to stop.
    this.release();
  }
}

function slotBytes({ batchSize, imageValues }: RingShape): number {
  return batchSize * (imageValues + 1) * 4;
}
