import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runConfigurationSchema } from '../../src/protocol/configuration';
import { exclusively } from '../../src/runs/exclusively';
import type { RunFolder } from '../../src/runs/run-folder';
import { RunStore } from '../../src/runs/run-store';

const configuration = runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } });
const owner = (pid: number) => ({ pid, host: hostname(), started: new Date().toISOString() });

describe('two windows on one run', () => {
  let workspace: string;
  let run: RunFolder;
  let other: ChildProcess;
  beforeEach(async () => {
    workspace = mkdtempSync(join(tmpdir(), 'e2-train-owner-'));
    run = new RunStore(workspace).create(configuration, 'resnet8');
    other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(other, 'spawn');
  });
  afterEach(() => {
    other.kill('SIGKILL');
    rmSync(workspace, { recursive: true });
  });

  it('cannot both own it: the second is refused with a sentence and changes nothing', () => {
    run.update({ state: 'training', owner: owner(other.pid!) });
    const before = run.read();
    expect(() => run.update({ state: 'queued', owner: owner(process.pid) })).toThrow(
      `The run “resnet8” is in the hands of process ${other.pid} on ${hostname()}: stop it there first.`,
    );
    expect(run.read()).toEqual(before);
    expect(readdirSync(run.directory)).toEqual(['device-profile.json', 'run.json']);
  });

  it('may follow each other once the first has died', async () => {
    run.update({ state: 'training', owner: owner(other.pid!) });
    other.kill('SIGKILL');
    await once(other, 'exit');
    expect(run.update({ state: 'training', owner: owner(process.pid) }).owner?.pid).toBe(process.pid);
  });

  it('hand it on to a process of their own', () => {
    run.update({ state: 'queued', owner: owner(process.pid) });
    expect(run.update({ state: 'training', owner: owner(other.pid!) }).owner?.pid).toBe(other.pid);
  });
});

describe('exclusively', () => {
  it('passes by a lock that a dead process left, and removes its own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'e2-train-lock-'));
    const lock = join(folder, 'run.json.lock');
    writeFileSync(lock, '');
    const longAgo = new Date(Date.now() - 60_000);
    utimesSync(lock, longAgo, longAgo);
    expect(exclusively(lock, () => existsSync(lock))).toBe(true);
    expect(existsSync(lock)).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
