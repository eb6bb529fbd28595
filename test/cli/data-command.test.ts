import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtFile } from '../../src/platform/built-file';
import { type FileServer, serveFiles } from '../datasets/file-server';

describe('e2train data fetch', () => {
  let directory: string;
  let server: FileServer;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'e2-train-cli-'));
    server = await serveFiles({ 'train-images-idx3-ubyte.gz': Buffer.from('not MNIST') });
  });
  afterEach(async () => {
    await server.close();
    rmSync(directory, { recursive: true });
  });

  const run = (...words: string[]) =>
    new Promise<{ code: number | null; error: string }>((resolve) => {
      const child = spawn(process.execPath, [builtFile('cli.js'), 'data', 'fetch', ...words], { cwd: directory });
      let error = '';
      child.stderr.on('data', (text) => {
        error += text;
      });
      child.on('close', (code) => resolve({ code, error }));
    });

  it('ends with code 1 and a sentence when a mirror has another file, and keeps nothing of it', async () => {
    const { code, error } = await run('mnist', '--from', server.address);
    expect(code).toBe(1);
    expect(error).toContain(`The file from ${server.address}train-images-idx3-ubyte.gz is not the published one`);
    expect(error).not.toContain('    at ');
    expect(readdirSync(join(directory, 'mnist'))).toEqual([]);
  });

  it('says so when the folder cannot be made', async () => {
    writeFileSync(join(directory, 'taken'), '');
    const { code, error } = await run('mnist', '--from', server.address, '--to', join(directory, 'taken'));
    expect(code).toBe(1);
    expect(error.trim()).toBe(`The folder ${join(directory, 'taken')} cannot be made since a file is in its place: move that file away.`);
  });

  it('names the data sets that it knows', async () => {
    const { code, error } = await run('imagenet');
    expect(code).toBe(1);
    expect(error).toContain('Allowed choices are cifar10, cifar100, mnist, fashion-mnist.');
  });
});
