import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runConfigurationSchema } from '../../src/protocol/configuration';
import type { IterationRecord, MetricRecord } from '../../src/protocol/records';
import { recordsAsCsv } from '../../src/runs/export';
import { RunFolder } from '../../src/runs/run-folder';
import { RunStore } from '../../src/runs/run-store';

const configuration = runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' }, iterations: 10 });

function iteration(number: number, change: Partial<IterationRecord> = {}): IterationRecord {
  return {
    type: 'iteration',
    iteration: number,
    executed: true,
    loss: 1 / number,
    accuracy: 0.5,
    learningRate: 0.1,
    dropProbability: 0,
    seconds: number,
    imagesPerSecond: 100,
    iterationsExecuted: number,
    iterationsDropped: 0,
    energyJ: number,
    baselineEnergyJ: 2 * number,
    ...change,
  };
}

const layerEnergy: MetricRecord = {
  type: 'layerEnergy',
  iteration: 1,
  layers: [{ name: 'conv', forward: 1, inputGradient: 0, weightGradient: 1, update: 0 }],
};

let workspace: string;
let store: RunStore;
let folder: RunFolder;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'e2-train-runs-'));
  store = new RunStore(workspace);
  folder = store.create(configuration, 'resnet8 · SMB');
});

afterEach(() => {
  folder.close();
  rmSync(workspace, { recursive: true, force: true });
});

describe('a run store', () => {
  it('lists a run as soon as it was created, newest first', () => {
    const other = store.create(configuration, 'later');
    expect(store.list().map(({ title }) => title)).toContain('resnet8 · SMB');
    expect(store.list()).toHaveLength(2);
    expect(other.id).not.toBe(folder.id);
  });

  it('has no runs where nothing was trained, and passes over folders that are none', () => {
    expect(new RunStore(join(workspace, 'nowhere')).list()).toEqual([]);
    mkdirSync(join(store.directory, 'notes'));
    writeFileSync(join(store.open(folder.id).directory, 'run.json'), '{ "format": 1');
    expect(store.list()).toEqual([]);
    expect(() => folder.read()).toThrow(/run\.json is damaged/);
  });

  it('calls a run whose process is gone interrupted', () => {
    folder.update({ state: 'training', owner: { pid: 999_999_999, host: hostname(), started: new Date().toISOString() } });
    const summary = store.summary(folder.id);
    expect(summary?.run.state).toBe('interrupted');
    expect(summary?.ours).toBe(true);
  });

  it('leaves a run of a living process to that process', () => {
    folder.update({ state: 'training', owner: { pid: process.pid, host: hostname(), started: new Date().toISOString() } });
    const summary = store.summary(folder.id);
    expect(summary?.run.state).toBe('training');
    expect(summary?.ours).toBe(false);
    expect(summary?.resumable).toBe(false);
  });

  it('says in one sentence that a run cannot be made where a file is in the way', () => {
    const blocked = join(workspace, 'blocked');
    writeFileSync(blocked, '');
    expect(() => new RunStore(blocked).create(configuration, 'x')).toThrow(/\.e2train.*(a file is in its place)/);
  });
});

describe('a run folder', () => {
  it('numbers records over both files and gives those after a number', () => {
    folder.append(iteration(1));
    folder.append(layerEnergy);
    folder.append(iteration(2));
    expect(folder.readRecords().map(({ sequence, record }) => [sequence, record.type])).toEqual([
      [1, 'iteration'],
      [2, 'layerEnergy'],
      [3, 'iteration'],
    ]);
    expect(folder.readRecords(2)).toHaveLength(1);
  });

  it('passes over a line that was cut short, and goes on behind it', () => {
    folder.append(iteration(1));
    folder.close();
    appendFileSync(join(folder.directory, 'metrics.jsonl'), '{"sequence":2,"record":{"type":"itera');
    expect(folder.readRecords()).toHaveLength(1);
    const again = new RunFolder(folder.directory);
    expect(again.append(iteration(2)).sequence).toBe(2);
    again.close();
    expect(readFileSync(join(folder.directory, 'metrics.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2);
    expect(folder.readRecords().map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it('finds the latest of each kind in a long record', () => {
    folder.append({ type: 'evaluation', iteration: 1, images: 10, loss: 1, accuracy: 0.25, energyJ: 1 });
    folder.append({ type: 'prediction', iteration: 1, plannedIterations: 1234, energyJ: 9, baselineEnergyJ: 18, seconds: 5 });
    for (let number = 1; number <= 1000; number++) folder.append(iteration(number));
    const summary = store.summary(folder.id);
    expect(summary?.iteration?.iteration).toBe(1000);
    expect(summary?.evaluation?.accuracy).toBe(0.25);
    expect(summary?.plannedIterations).toBe(1234);
    expect(summary?.lastSequence).toBe(1002);
  });

  it('removes a field of run.json that is set to undefined and keeps the others', () => {
    folder.update({ state: 'failed', reason: 'Because.' });
    expect(folder.read().reason).toBe('Because.');
    folder.update({ state: 'queued', reason: undefined });
    expect(folder.read()).toMatchObject({ state: 'queued', title: 'resnet8 · SMB' });
    expect(folder.read().reason).toBeUndefined();
  });
});

describe('the CSV of a record', () => {
  it('has one row per iteration, the last one where a resumed run did it again, and the test accuracy beside it', () => {
    const csv = recordsAsCsv([
      iteration(1),
      iteration(2, { loss: 7 }),
      { type: 'state', iteration: 2, state: 'interrupted' },
      iteration(2, { loss: 3 }),
      { type: 'evaluation', iteration: 2, images: 10, loss: 1, accuracy: 0.75, energyJ: 2 },
    ]);
    const rows = csv.trim().split('\n');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/^iteration,executed,loss,.*testAccuracy$/);
    expect(rows[2]).toMatch(/^2,true,3,.*,0\.75$/);
  });
});
