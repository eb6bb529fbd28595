import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { OwnProfiles } from '../../src/runs/own-profiles';

const mine = { ...findDeviceProfile('asic-45nm'), name: 'mine' };

describe('own device profiles', () => {
  let workspace: string;
  beforeEach(() => {
    workspace = mkdtempSync(join(tmpdir(), 'e2train-profiles-'));
  });
  afterEach(() => rmSync(workspace, { recursive: true, force: true }));

  it('are read as they were written, and never overwritten', () => {
    const own = new OwnProfiles(workspace);
    const file = own.add(mine);
    expect(own.read()).toEqual({ profiles: [mine], problems: [] });
    const before = readFileSync(file, 'utf8');
    expect(() => own.add({ ...mine, description: 'other' })).toThrow('is there already and stays as it is');
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('that are wrong get one sentence with file and field, and leave the others', () => {
    const own = new OwnProfiles(workspace);
    own.add(mine);
    mkdirSync(own.directory, { recursive: true });
    writeFileSync(
      join(own.directory, 'bad.json'),
      JSON.stringify({ ...mine, buffer: { ...mine.buffer, bytes: { value: -1, source: 'x' } } }),
    );
    const { profiles, problems } = own.read();
    expect(profiles).toEqual([mine]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('bad.json is no device profile: “buffer.bytes.value” must be more than 0, not -1.');
  });
});
