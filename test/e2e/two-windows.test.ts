import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DashboardPage } from './dashboard-page';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { RunRecords } from './run-records';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

describe('two windows on one folder', () => {
  let session: Session;
  let first: WorkbenchPage;
  let second: WorkbenchPage;
  let dashboard: DashboardPage;
  let records: RunRecords;

  beforeAll(async () => {
    session = await Session.open({ settings: { 'e2train.training.iterations': 100_000, 'e2train.training.batchSize': 8 } });
    records = new RunRecords(session.workspace);
    first = await session.window('resnet.ts');
    second = await session.window();
    await second.showSidebar();
    await second.page.getByText('No run yet.').waitFor();
  });
  afterEach((context) => tellFailure(context, session, second));
  afterAll(() => session?.close());

  it('show a run that one of them starts in the other, at once and as it goes on', async () => {
    await first.codeLens('Train').click();
    const row = second.treeRow('resnet.ts');
    await row.waitFor();
    await second.treeRow(/in another window.*%.*J/).waitFor();
    const text = await row.textContent();
    await eventually(async () => ((await row.textContent()) === text ? undefined : true), 'change in the row of the run');
  });

  it('let the other watch it live in a dashboard of its own, and not steer it', async () => {
    // Under the mouse, too, the row is drawn anew with each figure; on a loaded machine that may swallow a click.
    await eventually(async () => {
      await second.treeRow('resnet.ts').click();
      await second.page.locator('.tab', { hasText: 'E2-Train Dashboard' }).waitFor({ timeout: 5000 });
      return true;
    }, 'dashboard of the run');
    dashboard = await DashboardPage.of(second);
    await dashboard.progress('run by another window, which can stop it').waitFor();
    const shown = await dashboard.shownIteration();
    await eventually(async () => ((await dashboard.shownIteration()) > shown + 50 ? true : undefined), '50 more iterations');
    expect(await dashboard.button('Stop').isVisible()).toBe(false);
    expect(await dashboard.button('Resume').isVisible()).toBe(false);
    await second.treeRow('resnet.ts').hover();
    expect(await second.treeRow('resnet.ts').locator('[aria-label="Stop Run"]').count()).toBe(0);
    await second.screenshot('another-window-light');
    // The first one's own dashboard follows the run all the while.
    const own = await DashboardPage.of(first);
    await own.progress(/^Training · iteration [\d,]+ of/).waitFor();
    expect(await own.button('Stop').isVisible()).toBe(true);
  });

  it('end nothing but the run’s work when the first is closed: the other takes it on from the checkpoint', async () => {
    // Leaving the page is what closing a tab does: the workbench says goodbye.
    await first.page.goto('about:blank');
    await first.page.context().close();
    await eventually(async () => (records.state === 'interrupted' || records.state === 'stopped' ? true : undefined), 'a run at rest');
    await dashboard.button('Resume').waitFor();
    const last = records.iterations().at(-1)!.iteration;
    await dashboard.button('Resume').click();
    await eventually(async () => (records.iterations().at(-1)!.iteration > last ? true : undefined), 'iterations in the second window');
    await dashboard.button('Stop').waitFor();
    await second.treeRow('resnet.ts').waitFor();
    await eventually(
      async () => ((await second.treeRow('in another window').count()) === 0 ? true : undefined),
      'a row that is this window’s',
    );
    await dashboard.button('Stop').click();
    await eventually(async () => (records.state === 'stopped' ? true : undefined), 'a stopped run');
  });
});
