import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DatasetSource } from '../../src/datasets/dataset-sources';
import { fetchDataset, fetchFrom } from '../../src/datasets/fetch-dataset';
import { type FileServer, serveFiles } from './file-server';

const content = randomBytes(200_000);
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

let directory: string;
let server: FileServer;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'e2-train-fetch-'));
  server = await serveFiles({ 'data.bin': content });
});
afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true });
});

const source = (change: Partial<DatasetSource['files'][number]> = {}): DatasetSource => ({
  title: 'Test',
  address: server.address,
  files: [{ name: 'data.bin', md5: md5(content), ...change }],
});

describe('fetching a data set', () => {
  it('downloads, verifies and does not download again', async () => {
    const progress: number[] = [];
    await fetchFrom(source(), directory, { onProgress: (_file, received, total) => progress.push(received / total!) });
    expect(readFileSync(join(directory, 'data.bin')).equals(content)).toBe(true);
    expect(readdirSync(directory)).toEqual(['data.bin']);
    expect(progress.at(-1)).toBe(1);
    await fetchFrom(source(), directory, {});
    expect(server.ranges).toHaveLength(1);
  });

  it('goes on by itself after a cut connection', async () => {
    server.cuts.push(60_000, 50_000);
    await fetchFrom(source(), directory, {});
    expect(readFileSync(join(directory, 'data.bin')).equals(content)).toBe(true);
    expect(server.ranges).toEqual(['', 'bytes=60000-', 'bytes=110000-']);
  });

  it('goes on where an earlier command was ended', async () => {
    writeFileSync(join(directory, 'data.bin.part'), content.subarray(0, 1234));
    await fetchFrom(source(), directory, {});
    expect(readFileSync(join(directory, 'data.bin')).equals(content)).toBe(true);
    expect(server.ranges).toEqual(['bytes=1234-']);
  });

  it('takes a download that was complete but not yet verified', async () => {
    writeFileSync(join(directory, 'data.bin.part'), content);
    await fetchFrom(source(), directory, {});
    expect(readFileSync(join(directory, 'data.bin')).equals(content)).toBe(true);
  });

  it('begins anew where the server cannot go on', async () => {
    server.resumable = false;
    server.cuts.push(70_000);
    await fetchFrom(source(), directory, {});
    expect(readFileSync(join(directory, 'data.bin')).equals(content)).toBe(true);
    expect(server.ranges).toEqual(['', 'bytes=70000-']);
  });

  it('refuses a file with another checksum and deletes it', async () => {
    const wrong = source({ md5: '0'.repeat(32) });
    await expect(fetchFrom(wrong, directory, {})).rejects.toThrow(
      `The file from ${server.address}data.bin is not the published one (its MD5 is ${md5(content)} instead of ${'0'.repeat(32)}) and was deleted`,
    );
    expect(readdirSync(directory)).toEqual([]);
  });

  it('says what the server answered and where to put the file by hand', async () => {
    await expect(fetchFrom(source({ name: 'gone.bin' }), directory, {})).rejects.toThrow(
      `${server.address}gone.bin cannot be downloaded (the server answered 404 Not Found). Run the command again to go on where it stopped; ` +
        `without a network, bring that file by hand and put it at ${join(directory, 'gone.bin')}.`,
    );
    expect(server.ranges).toHaveLength(1);
  });

  it('says that there is no network, with the address', async () => {
    const { address } = server;
    await server.close();
    await expect(fetchDataset('mnist', directory, { baseUrl: address })).rejects.toThrow(
      `${address}train-images-idx3-ubyte.gz cannot be downloaded (ECONNREFUSED)`,
    );
  });

  it('verifies a file that was brought by hand', async () => {
    writeFileSync(join(directory, 'data.bin'), content);
    await fetchFrom(source(), directory, {});
    expect(server.ranges).toEqual([]);
    writeFileSync(join(directory, 'data.bin'), 'something else');
    await expect(fetchFrom(source(), directory, {})).rejects.toThrow(`The file ${join(directory, 'data.bin')} is not the published one`);
  });

  it('can be paused, keeps what it has and goes on later', async () => {
    const pause = new AbortController();
    server.cuts.push(50_000);
    const paused = fetchFrom(source(), directory, { signal: pause.signal, onProgress: () => pause.abort(new Error('Paused.')) });
    await expect(paused).rejects.toThrow('Paused.');
    expect(existsSync(join(directory, 'data.bin.part'))).toBe(true);
    await fetchFrom(source(), directory, {});
    expect(readFileSync(join(directory, 'data.bin')).equals(content)).toBe(true);
  });
});

describe('a packed data set', () => {
  /** Packed by the system's tar, so that our reader is tested against another writer. */
  function pack(files: Readonly<Record<string, Buffer>>, ...options: string[]): Buffer {
    const folder = mkdtempSync(join(tmpdir(), 'e2-train-pack-'));
    mkdirSync(join(folder, 'set'));
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, 'set', name), bytes);
    execFileSync('tar', ['-C', folder, ...options, '-czf', join(folder, 'set.tar.gz'), 'set']);
    const archive = readFileSync(join(folder, 'set.tar.gz'));
    rmSync(folder, { recursive: true });
    return archive;
  }

  async function fetchArchive(archive: Buffer, files: string[]): Promise<void> {
    await server.close();
    server = await serveFiles({ 'set.tar.gz': archive });
    await fetchFrom(source({ name: 'set.tar.gz', md5: md5(archive), unpacked: { folder: 'set', files } }), directory, {});
  }

  it('is unpacked: the files asked for and no others', async () => {
    const files = { 'a.bin': content, 'b.bin': Buffer.alloc(512, 7), 'readme.html': Buffer.from('hello') };
    await fetchArchive(pack(files), ['a.bin', 'b.bin']);
    expect(readdirSync(directory)).toEqual(['set']);
    expect(readdirSync(join(directory, 'set')).sort()).toEqual(['a.bin', 'b.bin']);
    expect(readFileSync(join(directory, 'set', 'a.bin')).equals(content)).toBe(true);
    expect(readFileSync(join(directory, 'set', 'b.bin'))).toEqual(Buffer.alloc(512, 7));
  });

  it('cannot write outside of its folder', async () => {
    const archive = pack({ 'a.bin': content }, '--transform', 's,^set/,../../escaped/,', '-P');
    await fetchArchive(archive, ['a.bin']);
    expect(readFileSync(join(directory, 'set', 'a.bin')).equals(content)).toBe(true);
    expect(existsSync(join(directory, '..', 'escaped'))).toBe(false);
    expect(existsSync(join(directory, '..', '..', 'escaped'))).toBe(false);
  });

  it('that lacks a file or is cut short leaves nothing unpacked', async () => {
    await expect(fetchArchive(pack({ 'a.bin': content }), ['a.bin', 'b.bin'])).rejects.toThrow('set.tar.gz lacks b.bin');
    expect(readdirSync(directory)).toEqual(['set.tar.gz']);
    rmSync(join(directory, 'set.tar.gz'));
    await expect(fetchArchive(pack({ 'a.bin': content }).subarray(0, 90_000), ['a.bin'])).rejects.toThrow('is damaged');
    expect(readdirSync(directory)).toEqual(['set.tar.gz']);
  });
});
