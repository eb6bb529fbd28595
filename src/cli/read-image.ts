import { readFileSync } from 'node:fs';
import { decode as decodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';

/** An image as bytes from 0 to 255, red, green, blue and opacity for each pixel. */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Reads a PNG or JPEG file, recognised by its first bytes.
 * @throws Error with one sentence when it cannot be read or is neither.
 */
export function readImage(path: string): RgbaImage {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const isFolder = (error as NodeJS.ErrnoException).code === 'EISDIR';
    throw new Error(`The image ${path} cannot be read: ${isFolder ? 'it is a folder' : 'check the path'}.`);
  }
  try {
    if (bytes.subarray(1, 4).toString('latin1') === 'PNG') return PNG.sync.read(bytes);
    if (bytes[0] === 0xff && bytes[1] === 0xd8) return decodeJpeg(bytes, { useTArray: true, maxMemoryUsageInMB: 512 });
  } catch {
    throw new Error(`The image ${path} is damaged: it cannot be decoded.`);
  }
  throw new Error(`The image ${path} is neither PNG nor JPEG.`);
}
