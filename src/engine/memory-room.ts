/** What a program needs of an engine's memory. */
export interface MemoryNeed {
  /** As a sentence names it, such as `wasm relaxed SIMD`. */
  readonly engine: string;
  readonly batchSize: number;
  /** Bytes that the engine may take. */
  readonly limit: number;
  /** Bytes that the program takes with batches of so many samples; grows with them. */
  bytesWith(batchSize: number): number;
}

/** @throws Error with one sentence when there is not room for a batch; it names the largest that fits. */
export function requireRoom({ engine, batchSize, limit, bytesWith }: MemoryNeed): void {
  const bytes = bytesWith(batchSize);
  if (bytes <= limit) return;
  let fits = 0;
  let tooMany = batchSize;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (bytesWith(middle) <= limit) fits = middle;
    else tooMany = middle;
  }
  const advice = fits > 0 ? `a batch of ${fits} fits` : 'not even a batch of 1 fits';
  throw new Error(
    `A batch of ${batchSize} needs ${gigabytes(bytes)} of memory, and the ${engine} engine has ${gigabytes(limit)}: ${advice}.`,
  );
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
