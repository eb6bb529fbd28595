import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DashboardPage } from './dashboard-page';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { RunRecords } from './run-records';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

describe('a dashboard whose socket is swallowed on the way', () => {
  let session: Session;
  let window: WorkbenchPage;

  beforeAll(async () => {
    session = await Session.open({
      settings: { 'e2train.training.iterations': 100_000, 'e2train.training.batchSize': 8 },
      swallowSockets: true,
    });
    window = await session.window('resnet.ts');
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  it('gets its points through the extension instead, live', async () => {
    await window.codeLens('Train').click();
    const dashboard = await DashboardPage.of(window);
    await dashboard.progress(/^Training · iteration \d+/).waitFor();
    const first = await dashboard.shownIteration();
    await eventually(async () => ((await dashboard.shownIteration()) > first ? true : undefined), 'a later iteration in the dashboard');
    expect(session.socketsToBackend()).toBeGreaterThan(0);
    await window.screenshot('relay-light');
  });

  it('can stop the run that way too', async () => {
    const dashboard = await DashboardPage.of(window);
    await dashboard.button('Stop').click();
    const records = new RunRecords(session.workspace);
    await eventually(async () => (records.state === 'stopped' ? true : undefined), 'a stopped run');
    await dashboard.progress(/Stopped/).waitFor();
  });
});
