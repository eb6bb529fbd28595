import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeBuiltin } from '../../src/inspection/node-builtins';

describe('the file system that a model file sees', () => {
  let directory: string;
  let file: string;
  const fs = nodeBuiltin('node:fs') as typeof import('node:fs');

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'e2-train-builtins-'));
    file = join(directory, 'classes.txt');
    writeFileSync(file, 'kept');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('reads', async () => {
    expect(fs.readFileSync(file, 'utf8')).toBe('kept');
    expect(fs.readFileSync(file, { encoding: 'utf8', flag: 'r' })).toBe('kept');
    expect(await fs.promises.readFile(file, 'utf8')).toBe('kept');
    const handle = fs.openSync(file, 'r');
    fs.closeSync(handle);
    expect(fs.existsSync(join(directory, 'none'))).toBe(false);
  });

  it.each([
    ['writeFileSync', () => fs.writeFileSync(file, '')],
    ['openSync', () => fs.openSync(file, 'w')],
    ['openSync', () => fs.openSync(file, fs.constants.O_TRUNC | fs.constants.O_RDWR)],
    ['readFileSync', () => fs.readFileSync(file, { flag: 'w' })],
    ['createReadStream', () => fs.createReadStream(file, { flags: 'w+' })],
    ['WriteStream', () => new fs.WriteStream(file as never)],
    ['rmSync', () => fs.rmSync(file)],
    ['open', () => fs.promises.open(file, 'w')],
  ])('refuses %s where it would write, in one sentence', (name, call) => {
    expect(call).toThrow(`.${name}() is not run while a model is inspected`);
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });
});
