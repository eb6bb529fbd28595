import { DataError } from './data-error';

/** The IDX format of MNIST: two zero bytes, the type, the number of dimensions, the dimensions as big-endian 32-bit numbers, the values. */

const unsignedByte = 0x08;

export interface IdxArray {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
}

/**
 * Reads an IDX file of unsigned bytes.
 * @param dimensions numbers of dimensions that are expected.
 * @param content what the values are, for messages: `images`, `labels`.
 * @throws DataError when the magic number is wrong, or values are missing or left over.
 */
export function parseIdx(path: string, bytes: Uint8Array, dimensions: readonly number[], content: string): IdxArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) throw new DataError(`The data file ${path} is truncated: it has ${bytes.length} bytes; download it again.`);
  const magic = view.getUint32(0);
  const rank = magic & 0xff;
  if (magic >>> 8 !== unsignedByte || !dimensions.includes(rank)) {
    const expected = dimensions.map((count) => magicInWords((unsignedByte << 8) | count)).join(' or ');
    throw new DataError(
      `The data file ${path} is no IDX file of ${content}: it begins with ${magicInWords(magic)} instead of ${expected}; ` +
        'check that the file is what its name says.',
    );
  }
  const start = 4 + 4 * rank;
  if (bytes.length < start) throw new DataError(`The data file ${path} is truncated within its header: download it again.`);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (bytes.length - start !== size) {
    const state = bytes.length - start < size ? 'is truncated' : 'is longer than it should be';
    throw new DataError(
      `The data file ${path} ${state}: its header says ${shape.join('×')}, which is ${size} bytes of ${content}, but it has ${bytes.length - start}; download it again.`,
    );
  }
  return { shape, values: bytes.subarray(start) };
}

function magicInWords(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`;
}
