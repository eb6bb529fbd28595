/**
 * Seeded random numbers that depend on nothing but seed, stream and how many were drawn: Philox4x32 with 10 rounds (Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Counter-based, so a stream can be restored at any place at once and
 * streams of different names never meet.
 */

const multiplierA = 0xd2511f53;
const multiplierB = 0xcd9e8d57;
const weylA = 0x9e3779b9;
const weylB = 0xbb67ae85;
const rounds = 10;
const wordsPerBlock = 4;
const two32 = 0x1_0000_0000;

/** Upper 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle = aHigh * bLow + (low >>> 16);
  const cross = aLow * bHigh + (middle % 0x10000);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(cross / 0x10000)) >>> 0;
}

/** One block of Philox4x32-10: four random words from a counter of four words and a key of two. */
export function philox(counter: readonly number[], key: readonly number[], out: Uint32Array): void {
  let [a, b, c, d] = counter as [number, number, number, number];
  let [keyA, keyB] = key as [number, number];
  for (let round = 0; round < rounds; round++) {
    const highA = multiplyHigh(multiplierA, a);
    const lowA = Math.imul(multiplierA, a);
    const highB = multiplyHigh(multiplierB, c);
    const lowB = Math.imul(multiplierB, c);
    a = (highB ^ b ^ keyA) >>> 0;
    b = lowB >>> 0;
    c = (highA ^ d ^ keyB) >>> 0;
    d = lowA >>> 0;
    keyA = (keyA + weylA) >>> 0;
    keyB = (keyB + weylB) >>> 0;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

/** FNV-1a over the characters of a text, 32 bits. */
function hash(text: string, basis: number): number {
  let value = basis;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  return value >>> 0;
}

export class Random {
  private readonly key: readonly [number, number];
  private readonly streamWords: readonly [number, number];
  private readonly block = new Uint32Array(wordsPerBlock);
  private drawn = 0;

  /**
   * @param seed a whole number from 0 to 2^53 − 1.
   * @param stream what the numbers are for; numbers of different streams are independent.
   */
  constructor(seed: number, stream: string | number) {
    if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`A seed must be a whole number from 0 to 2^53 − 1, not ${seed}.`);
    this.key = [seed >>> 0, Math.floor(seed / two32)];
    this.streamWords = [hash(String(stream), 0x811c9dc5), hash(String(stream), 0x2b9d74a1)];
  }

  /** A number from [0, 1) with 53 random bits. */
  uniform(): number {
    const high = this.word() >>> 5;
    const low = this.word() >>> 6;
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
  }

  /** A number from the standard normal distribution (Box-Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** A whole number from 0 to n − 1, every one equally likely. n is at most 2^32. */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > two32) throw new RangeError(`There is no whole number from 0 to ${n} − 1 to draw.`);
    const limit = two32 - (two32 % n);
    for (;;) {
      const word = this.word();
      if (word < limit) return word % n;
    }
  }

  /** The place in the stream: 32-bit words drawn so far. */
  get state(): number {
    return this.drawn;
  }

  /**
   * Goes to a place in the stream that `state` gave.
   * @throws RangeError when it is none.
   */
  restore(state: unknown): void {
    if (!Number.isSafeInteger(state) || (state as number) < 0) throw new RangeError(`“${state}” is not the state of a random stream.`);
    this.drawn = state as number;
    if (this.drawn % wordsPerBlock !== 0) this.fill();
  }

  private word(): number {
    const place = this.drawn % wordsPerBlock;
    if (place === 0) this.fill();
    this.drawn += 1;
    return this.block[place]!;
  }

  private fill(): void {
    const index = Math.floor(this.drawn / wordsPerBlock);
    philox([index >>> 0, Math.floor(index / two32), ...this.streamWords], this.key, this.block);
  }
}
