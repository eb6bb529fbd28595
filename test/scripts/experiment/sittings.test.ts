import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runConfigurationSchema } from '../../../src/protocol/configuration';
import type { RunFolder } from '../../../src/runs/run-folder';
import { RunStore } from '../../../src/runs/run-store';
import { makingsOf, noteSitting } from '../../../src/scripts/experiment/sittings';
import { committedRecord } from './committed-record';

describe('Sittings of a run', () => {
  const { environment } = committedRecord('fashion/500-smb-seed-1');
  const call = (commit: string) => ({ command: 'make', commit });
  let folder: string;
  let run: RunFolder;
  const goesOnAt = (iteration: number) => run.update({ resumes: [...run.read().resumes, { at: new Date().toISOString(), iteration }] });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'e2-train-sittings-'));
    const configuration = runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } });
    run = new RunStore(folder).create(configuration, 'ResNet-8');
    run.update({ environment });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keep what each part was made by, and where', () => {
    expect(makingsOf(run)).toEqual([]);
    noteSitting(run, call('a'));
    goesOnAt(20);
    run.update({ environment: { ...environment, cpu: 'another' } });
    noteSitting(run, { ...call('b'), note: 'a copy' });
    expect(makingsOf(run)).toEqual([
      { ...call('a'), environment },
      { ...call('b'), note: 'a copy', environment: { ...environment, cpu: 'another' } },
    ]);
  });

  it('forget a part that is trained anew from the checkpoint before it', () => {
    noteSitting(run, call('a'));
    goesOnAt(20);
    noteSitting(run, call('ended without a checkpoint'));
    goesOnAt(20);
    noteSitting(run, call('c'));
    expect(makingsOf(run).map(({ commit }) => commit)).toEqual(['a', 'c']);
  });

  it('say in one sentence when their file is damaged', () => {
    const file = join(run.directory, 'experiment.json');
    writeFileSync(file, '{}');
    expect(() => makingsOf(run)).toThrow(
      `${file} is damaged, or was written by another version; delete it, and the run counts as made by the present call.`,
    );
  });
});
