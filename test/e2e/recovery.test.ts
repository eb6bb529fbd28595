import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DashboardPage } from './dashboard-page';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { RunRecords } from './run-records';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

describe('a process that is killed while a run trains', () => {
  let session: Session;
  let window: WorkbenchPage;
  let records: RunRecords;

  beforeAll(async () => {
    session = await Session.open({
      settings: { 'e2train.training.iterations': 100_000, 'e2train.training.batchSize': 8, 'e2train.training.checkpointEvery': 100 },
    });
    records = new RunRecords(session.workspace);
    window = await session.window('resnet.ts');
    await window.codeLens('Train').click();
    await iterationsAfter(0);
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  /** Waits for a good number of iterations that were trained after the given one. */
  const iterationsAfter = (iteration: number) =>
    eventually(async () => records.iterations().find((record) => record.iteration > iteration + 150), `iterations after ${iteration}`);

  it('is named with its reason when it was the trainer, and the run goes on from its checkpoint', async () => {
    const killedAt = records.iterations().at(-1)!.iteration;
    process.kill(processOf('trainer.js'), 'SIGKILL');
    await window.notification(/broke off/).waitFor();
    expect(records.state).toBe('interrupted');
    await window.screenshot('trainer-killed');
    await window
      .notification(/broke off/)
      .getByText('Resume from Checkpoint')
      .click();
    await iterationsAfter(killedAt);
  });

  it('is named with its reason when it was the backend, and the dashboard finds the new one', async () => {
    const killedAt = records.iterations().at(-1)!.iteration;
    process.kill(processOf('backend.js'), 'SIGKILL');
    await window.notification(/broke off/).waitFor();
    await window.screenshot('backend-killed');
    await window
      .notification(/broke off/)
      .getByText('Resume from Checkpoint')
      .click();
    await iterationsAfter(killedAt);
    const dashboard = await DashboardPage.of(window);
    await dashboard.progress(/^Training · iteration/).waitFor();
    await eventually(async () => ((await dashboard.shownIteration()) > killedAt ? true : undefined), 'live iterations in the dashboard');
  });

  it('leaves a record without a gap or a repeated number', () => {
    const sequences = records.run.readRecords().map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  });

  /** The process of this session that runs one of the extension's bundles. */
  function processOf(bundle: string): number {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const found = pids.find((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return command.some((word) => word.startsWith(session.directory) && word.endsWith(bundle));
      } catch {
        return false;
      }
    });
    if (!found) throw new Error(`No process runs ${bundle}.`);
    return Number(found);
  }
});
