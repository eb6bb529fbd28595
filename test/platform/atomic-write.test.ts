import type fs from 'node:fs';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeFileAtomically } from '../../src/platform/atomic-write';

vi.mock('node:fs', async (original) => {
  const real = await original<typeof fs>();
  return { ...real, writeFileSync: vi.fn(real.writeFileSync), renameSync: vi.fn(real.renameSync) };
});

const failing = (code: string) => () => {
  throw Object.assign(new Error(`${code}: something failed, write`), { code });
};

describe('writeFileAtomically', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'atomic-write-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('writes text and bytes, makes missing folders and replaces what was there', () => {
    const path = join(directory, 'a', 'b.txt');
    writeFileAtomically(path, 'first');
    writeFileAtomically(path, Uint8Array.of(104, 105));
    expect(readFileSync(path, 'utf8')).toBe('hi');
    expect(readdirSync(join(directory, 'a'))).toEqual(['b.txt']);
  });

  it('says in one sentence that the disk is full, keeps the old file and leaves nothing else', () => {
    const path = join(directory, 'run.json');
    writeFileAtomically(path, 'old');
    vi.mocked(writeFileSync).mockImplementationOnce((file) => {
      appendFileSync(file as string, 'ne');
      return failing('ENOSPC')();
    });
    expect(() => writeFileAtomically(path, 'new')).toThrow(`The disk of the folder ${directory} is full: free some space and try again.`);
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(directory)).toEqual(['run.json']);
  });

  it('removes the temporary file when the rename fails, and names the folder', () => {
    vi.mocked(renameSync).mockImplementationOnce(failing('EACCES'));
    expect(() => writeFileAtomically(join(directory, 'x'), 'new')).toThrow(`The folder ${directory} cannot be written`);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('says that a file stands where the folder should be', () => {
    writeFileSync(join(directory, 'runs'), '');
    expect(() => writeFileAtomically(join(directory, 'runs', 'x'), 'new')).toThrow('since a file is in its place');
  });

  it('says that a folder is not there and cannot be made', () => {
    vi.mocked(writeFileSync).mockImplementationOnce(failing('ENOENT'));
    expect(() => writeFileAtomically(join(directory, 'x'), 'new')).toThrow(
      `The folder ${directory} cannot be written since it is not there and cannot be made: check its disk, or choose another folder.`,
    );
  });
});
