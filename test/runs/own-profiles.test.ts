import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { OwnProfiles } from '../../src/runs/own-profiles';

const mine = { ...findDeviceProfile('asic-45nm'), name: 'mine' };

describe('own device profiles', () => {
  let workspace: string;
  let own: OwnProfiles;
  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), 'e2train-profiles-'));
    own = new OwnProfiles(workspace);
  });
  afterEach(() => rmSync(workspace, { recursive: true, force: true }));

  const write = (name: string, content: unknown) => {
    mkdirSync(own.directory, { recursive: true });
    writeFileSync(join(own.directory, name), typeof content === 'string' ? content : JSON.stringify(content));
  };

  it('are read as they were written, and never overwritten', () => {
    const file = own.add(mine);
    expect(own.read()).toEqual({ profiles: [{ file: '.e2train/profiles/mine.json', profile: mine }], problems: [] });
    const before = readFileSync(file, 'utf8');
    expect(() => own.add({ ...mine, description: 'other' })).toThrow('is there already and stays as it is');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('that are wrong get one sentence with file and field, and leave the others', () => {
    own.add(mine);
    write('bad.json', { ...mine, name: 'bad', buffer: { ...mine.buffer, bytes: { value: -1, source: 'x' } } });
    write('worse.json', '{ "name": ');
    const read = own.read();
    expect(read.profiles.map(({ profile }) => profile)).toEqual([mine]);
    const message = '.e2train/profiles/bad.json is no device profile: “buffer.bytes.value” must be more than 0, not -1.';
    expect(read.problems[0]).toEqual({
      file: '.e2train/profiles/bad.json',
      name: 'bad',
      message,
      path: ['buffer', 'bytes', 'value'],
    });
    expect(read.problems[1]).toMatchObject({
      name: 'worse',
      message: expect.stringMatching(/^\.e2train\/profiles\/worse\.json is no JSON: /),
    });
    expect(() => findDeviceProfile('bad', read)).toThrow(message);
    expect(() => findDeviceProfile('worse', read)).toThrow('is no JSON');
    expect(findDeviceProfile('mine', read)).toBe(read.profiles[0]!.profile);
  });

  it('are none of them used when two have the same name, and neither takes that of a built-in one', () => {
    write('a.json', mine);
    write('b.json', mine);
    write('c.json', { ...mine, name: 'asic-45nm', description: 'not that of the product' });
    const read = own.read();
    expect(read.profiles).toEqual([]);
    const sentence = '.e2train/profiles/a.json and .e2train/profiles/b.json are both called “mine”: give each a “name” of its own.';
    expect(() => findDeviceProfile('mine', read)).toThrow(sentence);
    expect(read.problems.map(({ file, path }) => [file.slice(-6), path])).toEqual([
      ['c.json', ['name']],
      ['a.json', ['name']],
      ['b.json', ['name']],
    ]);
    expect(findDeviceProfile('asic-45nm', read).description).not.toContain('not that');
  });

  it('are not made where another file has the name already', () => {
    write('other-file.json', mine);
    expect(() => own.add(mine)).toThrow('other-file.json is there already and stays as it is: give the new profile another name.');
  });
});
