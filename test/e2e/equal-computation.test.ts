import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DashboardPage } from './dashboard-page';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { RunRecords } from './run-records';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

describe('a run beside plain training at equal computation', () => {
  let session: Session;
  let window: WorkbenchPage;
  let records: RunRecords;
  let dashboard: DashboardPage;
  let first: string;
  let plainIterations: number;

  const train = async (count: number) => {
    await window.codeLens('Train').click();
    await eventually(async () => (records.count === count && records.state === 'finished' ? true : undefined), `finished run ${count}`);
    return records.run.id;
  };

  beforeAll(async () => {
    session = await Session.open({
      settings: { 'e2train.training.iterations': 90, 'e2train.training.batchSize': 32, 'e2train.savers.smd.enabled': true },
    });
    records = new RunRecords(session.workspace);
    window = await session.window('resnet.ts');
    first = await train(1);
    dashboard = await DashboardPage.of(window);
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  it('says which plain run there has to be', async () => {
    const sentence = await dashboard.frame.getByText(/unavailable, because no plain run/).textContent();
    plainIterations = Number(/one of (\d+) iterations/.exec(sentence!)![1]);
    // What was computed, by the record.
    expect(plainIterations).toBe(records.iterations().at(-1)!.iterationsExecuted);
    expect(await dashboard.frame.locator('section.chart h2').first().textContent()).toBe('Accuracy against computation');
  });

  it('is compared with it as soon as it has finished, in words and in the first chart', async () => {
    await window.codeLens(/saves/).waitFor();
    session.settings.set('e2train.training.iterations', plainIterations);
    session.settings.set('e2train.savers.smd.enabled', false);
    // The editor has heard of both once the row above the model saves nothing more.
    await window.codeLens(/saves/).waitFor({ state: 'hidden' });
    const second = await train(2);
    expect(records.run.read().configuration).toMatchObject({ iterations: plainIterations, savers: { smd: { enabled: false } } });
    const [ofFirst, ofSecond] = [first, second].map((id) => records.accuracyOf(id));
    await dashboard.select(first);
    const points = (100 * (ofFirst! - ofSecond!)).toFixed(1).replace('-', '');
    const beside = points === '0.0' ? 'as accurate as' : `${points} points ${ofFirst! > ofSecond! ? 'above' : 'below'}`;
    await dashboard.frame.getByText(`At equal computation ${beside} plain training (SMB)`).waitFor();

    const chart = dashboard.chart('Accuracy against computation');
    await chart.getByText('Data table').click();
    const rows = await eventually(async () => {
      const cells = await chart.locator('tbody tr td:first-child').allTextContents();
      return cells.includes('plain training') && cells.includes('this run') ? cells : undefined;
    }, 'both runs in the table');
    expect(rows.filter((cell) => cell === 'plain training')).toHaveLength(1);
    await chart.getByText('Data table').click();
    await window.screenshotsInEachTheme(dashboard.frame, 'equal-computation');
  });
});
