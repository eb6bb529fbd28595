import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { availableMemory, roomInControlGroups } from '../../src/platform/available-memory';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'e2-train-memory-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Files of a Linux system, as its kernel documents them (admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst). */
function files(contents: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
}

describe('The memory that control groups leave', () => {
  it('is what the group has left, with the files that the system only keeps', () => {
    files({
      'proc/self/cgroup': '0::/service\n',
      'sys/fs/cgroup/service/memory.max': '1000000\n',
      'sys/fs/cgroup/service/memory.current': '700000\n',
      'sys/fs/cgroup/service/memory.stat': 'anon 400000\nfile 300000\ninactive_anon 1\ninactive_file 200000\nactive_file 100000\n',
    });
    expect(roomInControlGroups(root)).toBe(500_000);
  });

  it('is no more than the groups above leave, and nothing where all is used', () => {
    files({
      'proc/self/cgroup': '0::/outer/inner\n',
      'sys/fs/cgroup/outer/inner/memory.max': 'max\n',
      'sys/fs/cgroup/outer/inner/memory.current': '900\n',
      'sys/fs/cgroup/outer/memory.max': '1000\n',
      'sys/fs/cgroup/outer/memory.current': '1200\n',
    });
    expect(roomInControlGroups(root)).toBe(0);
  });

  it('is known in the old version, beside other controllers', () => {
    files({
      'proc/self/cgroup': '12:cpu,cpuacct:/docker/x\n4:memory:/docker/x\n0::/\n',
      'sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes': '5000\n',
      'sys/fs/cgroup/memory/docker/x/memory.usage_in_bytes': '4000\n',
      'sys/fs/cgroup/memory/docker/x/memory.stat': 'inactive_file 1\ntotal_inactive_file 500\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      'sys/fs/cgroup/memory/memory.usage_in_bytes': '70000\n',
    });
    expect(roomInControlGroups(root)).toBe(1500);
  });

  it('is without bound where no group limits it, and on systems without them', () => {
    expect(roomInControlGroups(root)).toBe(Number.POSITIVE_INFINITY);
    files({ 'proc/self/cgroup': '0::/\n' });
    expect(roomInControlGroups(root)).toBe(Number.POSITIVE_INFINITY);
  });
});

it('What is available here is something, and no more than the machine has', () => {
  expect(availableMemory()).toBeGreaterThan(1e6);
  expect(availableMemory()).toBeLessThanOrEqual(totalmem());
});
