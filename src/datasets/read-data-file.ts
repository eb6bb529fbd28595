import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DataError } from './data-error';

const unpack = promisify(gunzip);

/** Gzip's magic number (RFC 1952): files are unpacked for what they are, whatever their name. */
const gzipMagic = [0x1f, 0x8b];

/**
 * The bytes of a data file, unpacked where it is gzip'ed.
 * @throws DataError when it cannot be read or unpacked.
 */
export async function readDataFile(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    const remedy = error.code === 'ENOENT' ? 'it is not there; put it back or download the data set again' : `${error.message}`;
    throw new DataError(`The data file ${path} cannot be read: ${remedy}.`);
  });
  if (bytes[0] !== gzipMagic[0] || bytes[1] !== gzipMagic[1]) return bytes;
  return unpack(bytes).catch((error: Error) => {
    throw new DataError(`The data file ${path} is truncated or damaged (${error.message}): download it again.`);
  });
}
