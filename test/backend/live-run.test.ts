import { existsSync, mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LiveRun } from '../../src/backend/live-run';
import { runConfigurationSchema } from '../../src/protocol/configuration';
import type { RunSummary } from '../../src/protocol/runs';
import { ownedBy } from '../../src/runs/run-owner';
import { RunStore } from '../../src/runs/run-store';
import { iterationRecord } from './record-files';

let workspace: string;
let store: RunStore;
let told: RunSummary[];
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'e2-train-live-'));
  store = new RunStore(workspace);
  told = [];
});
afterEach(() => rmSync(workspace, { recursive: true }));

function createRun(): LiveRun {
  const folder = store.create(runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } }), 'a run');
  const listener = { onChanged: (summary: RunSummary) => told.push(summary), onGrown: () => {} };
  return new LiveRun(folder, store.summary(folder.id)!, listener);
}

test('what lists show of a live run is what its files say', () => {
  const run = createRun();
  run.enter('training', ownedBy(process.pid));
  run.append(iterationRecord(1));
  run.append({ type: 'prediction', iteration: 1, plannedIterations: 77, energyJ: 1, baselineEnergyJ: 2, seconds: 3 });
  const fromFiles = store.summary(run.id)!;
  expect({ ...run.summary, ours: false, resumable: false }).toEqual({ ...fromFiles, ours: false, resumable: false });
  expect(run.summary).toMatchObject({ lastSequence: 3, plannedIterations: 77, run: { state: 'training', owner: { pid: process.pid } } });
  run.enter('stopped', { reason: 'Enough.' });
  expect(store.summary(run.id)).toEqual(JSON.parse(JSON.stringify(run.summary)));
  expect(run.summary.run).toMatchObject({ state: 'stopped', reason: 'Enough.' });
  expect(run.summary.run.owner).toBeUndefined();
  run.folder.close();
});

test.runIf(existsSync('/dev/full'))('a full disk is one sentence, after which nothing more is written', () => {
  const run = createRun();
  symlinkSync('/dev/full', join(run.folder.directory, 'metrics.jsonl'));
  expect(() => run.append(iterationRecord(1))).toThrow(run.folder.directory);
  unlinkSync(join(run.folder.directory, 'metrics.jsonl'));
  expect(() => run.append(iterationRecord(2))).toThrow(run.failure);
  expect(store.summary(run.id)?.lastSequence).toBe(0);
  run.enter('interrupted', { reason: run.failure });
  expect(told.at(-1)?.run).toMatchObject({ state: 'interrupted', reason: run.failure });
});
