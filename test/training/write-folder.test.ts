import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeFolderAtomically } from '../../src/training/write-folder';

const root = mkdtempSync(join(tmpdir(), 'e2-train-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('a folder that is written as one', () => {
  const directory = join(root, 'parent', 'model');

  it('holds its files, and those of the folder it replaces are gone', async () => {
    await writeFolderAtomically(directory, { 'a.bin': Uint8Array.of(1), 'b.bin': Uint8Array.of(2) });
    await writeFolderAtomically(directory, { 'a.bin': Uint8Array.of(3) });
    expect(readdirSync(directory)).toEqual(['a.bin']);
    expect([...readFileSync(join(directory, 'a.bin'))]).toEqual([3]);
  });

  it('stays as it was, with nothing beside it, when a file cannot be written', async () => {
    // The second file asks for a folder that is not there: the write fails half-way.
    const files = { 'a.bin': Uint8Array.of(4), 'missing/b.bin': Uint8Array.of(5) };
    await expect(writeFolderAtomically(directory, files)).rejects.toThrow(`The folder ${join(root, 'parent')} cannot be written`);
    expect([...readFileSync(join(directory, 'a.bin'))]).toEqual([3]);
    expect(existsSync(`${directory}.partial`)).toBe(false);
  });
});
