import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { writeFailureInWords } from '../platform/write-failure';
import { DataError } from './data-error';

const blockBytes = 512;
const regularFile = new Set(['0', '\0', '']);

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

/**
 * Takes certain files out of a .tar.gz (POSIX ustar) into a folder, all of them or none. Only the last part of an entry's path counts and only
 * the names asked for are written, so no archive can write elsewhere.
 * @throws DataError when the archive is damaged or lacks one of the files.
 */
export async function unpackTar(archive: string, files: readonly string[], folder: string): Promise<void> {
  const parent = dirname(folder);
  const temporary = await mkdtemp(join(parent, '.unpacking-')).catch((error) => {
    throw writeFailureInWords(parent, error);
  });
  const packed = createReadStream(archive);
  const bytes = packed.pipe(createGunzip());
  packed.once('error', (error) => bytes.destroy(error));
  try {
    const missing = new Set(files);
    const reader = new ByteReader(bytes);
    for (let entry = await readEntry(reader, archive); entry; entry = await readEntry(reader, archive)) {
      const name = basename(entry.name);
      const wanted = regularFile.has(entry.type) && missing.delete(name);
      await copy(reader, entry.size, wanted ? join(temporary, name) : undefined);
      await reader.skip((blockBytes - (entry.size % blockBytes)) % blockBytes);
    }
    if (missing.size > 0) throw new DataError(`The archive ${archive} lacks ${[...missing].join(', ')}: delete it and download it again.`);
    await mkdir(folder, { recursive: true });
    for (const file of files) await rename(join(temporary, file), join(folder, file));
  } catch (error) {
    if (error instanceof DataError) throw error;
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (syscall !== undefined && code !== undefined) throw writeFailureInWords(parent, error);
    throw new DataError(`The archive ${archive} is damaged (${(error as Error).message}): delete it and download it again.`);
  } finally {
    packed.destroy();
    bytes.destroy();
    await rm(temporary, { recursive: true, force: true });
  }
}

async function readEntry(reader: ByteReader, archive: string): Promise<Entry | undefined> {
  const header = await reader.take(blockBytes);
  if (header.every((byte) => byte === 0)) return undefined;
  const text = (start: number, length: number) =>
    header
      .subarray(start, start + length)
      .toString('latin1')
      .split('\0')[0]!;
  const size = Number.parseInt(text(124, 12).trim(), 8);
  // The header's sum counts its own field as spaces.
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  if (sum !== Number.parseInt(text(148, 8).trim(), 8) || !(size >= 0)) {
    throw new DataError(`The archive ${archive} is damaged: delete it and download it again.`);
  }
  return { name: text(0, 100), size, type: text(156, 1) };
}

async function copy(reader: ByteReader, size: number, path: string | undefined): Promise<void> {
  if (path === undefined) {
    await reader.skip(size);
    return;
  }
  const file = await open(path, 'wx');
  try {
    for (let left = size; left > 0; ) {
      const chunk = await reader.some(left);
      await file.appendFile(chunk);
      left -= chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Takes exact numbers of bytes from a stream of chunks. */
class ByteReader {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.chunks = source[Symbol.asyncIterator]();
  }

  /** Between 1 and `most` bytes. */
  async some(most: number): Promise<Buffer> {
    while (this.rest.length === 0) {
      const { done, value } = await this.chunks.next();
      if (done) throw new Error('it ends too early');
      this.rest = value;
    }
    const taken = this.rest.subarray(0, most);
    this.rest = this.rest.subarray(taken.length);
    return taken;
  }

  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = count; left > 0; left -= parts.at(-1)!.length) parts.push(await this.some(left));
    return Buffer.concat(parts);
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) left -= (await this.some(left)).length;
  }
}
