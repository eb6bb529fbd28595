import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DashboardPage } from './dashboard-page';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { RunRecords } from './run-records';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

describe('a run from the editor', () => {
  let session: Session;
  let window: WorkbenchPage;
  let dashboard: DashboardPage;
  let records: RunRecords;

  beforeAll(async () => {
    // Long enough to be watched, stopped and resumed.
    session = await Session.open({ settings: { 'e2train.training.iterations': 100_000, 'e2train.training.batchSize': 8 } });
    records = new RunRecords(session.workspace);
    window = await session.window('resnet.ts');
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  it('starts by the CodeLens above the model, and stands in the list at once', async () => {
    await window.showSidebar();
    await window.saversView();
    await window.codeLens('Train').click();
    await window.treeRow('resnet.ts').waitFor();
    await eventually(
      async () => (readdirSync(join(session.workspace, '.e2train', 'runs')).length === 1 ? true : undefined),
      'a run folder',
    );
  });

  it('draws its points in the dashboard while they come, over a socket of the page itself', async () => {
    dashboard = await DashboardPage.of(window);
    await dashboard.progress(/^Training · iteration \d+/).waitFor();
    const first = await dashboard.shownIteration();
    await eventually(async () => ((await dashboard.shownIteration()) > first ? true : undefined), 'a later iteration in the dashboard');
    expect(await dashboard.banner.isVisible()).toBe(false);
    expect(session.socketsToBackend()).toBeGreaterThan(0);
  });

  it('has a data table behind each chart, with the numbers of the record', async () => {
    const chart = dashboard.chart('Loss');
    expect(await chart.locator('canvas').getAttribute('role')).toBe('img');
    await chart.getByText('Data table').click();
    const row = await eventually(async () => {
      const cells = await chart.locator('tbody tr').first().locator('td').allTextContents();
      return cells.length > 1 ? cells : undefined;
    }, 'a row of the table');
    const record = records.iterations().find(({ iteration }) => iteration === Number(row[0]));
    expect(Number(row[1])).toBeCloseTo(record?.loss ?? Number.NaN, 3);
  });

  it('shows its progress in the status bar', async () => {
    await window.statusBarItem(/%.*J/).waitFor();
  });

  it('drops mini-batches from the next iteration on when the slider says so, and notes it in the record', async () => {
    const savers = await window.saversView();
    expect(records.iterations().every(({ executed }) => executed)).toBe(true);
    await savers.locator('vscode-checkbox', { hasText: 'SMD' }).click();
    await savers.locator('#dropProbability').fill('0.9');
    const tuning = await eventually(
      async () => records.all().find((record) => record.type === 'tuning' && record.tuning.smd?.dropProbability === 0.9),
      'a note of the change',
    );
    await eventually(
      async () => (records.iterations().filter(({ executed }) => !executed).length > 20 ? true : undefined),
      'dropped iterations',
    );
    const after = records.iterations().filter(({ iteration }) => iteration >= tuning.iteration);
    expect(after.every(({ dropProbability }) => dropProbability === 0.9)).toBe(true);
    const dropped = after.filter(({ executed }) => !executed).length / after.length;
    expect(dropped).toBeGreaterThan(0.6);
    await window.screenshot('live-light');
    await window.setTheme('Default Dark Modern');
    await window.screenshot('live-dark');
    await window.setTheme('Default High Contrast');
    await window.screenshot('live-high-contrast');
    await window.setTheme('Default Light Modern');
  });

  it('averages its weights from the iteration on that the savers view says so, and notes it in the record', async () => {
    const savers = await window.saversView();
    await savers.locator('vscode-checkbox', { hasText: 'SWA' }).click();
    await eventually(
      async () => records.all().find((record) => record.type === 'tuning' && record.tuning.swa?.enabled === true),
      'a note of the change',
    );
    await window.screenshot('live-savers-light');
  });

  it('stops with a checkpoint, and resumes where it stopped with the settings that it had', async () => {
    await dashboard.button('Stop').click();
    await eventually(async () => (records.state === 'stopped' ? true : undefined), 'a stopped run');
    const stoppedAt = records.iterations().at(-1)!.iteration;
    expect(records.run.latestCheckpoint()).toBeDefined();
    await dashboard.button('Resume').click();
    const next = await eventually(
      async () => records.iterations().find(({ iteration }) => iteration > stoppedAt),
      'an iteration after the stop',
    );
    expect(next.iteration).toBe(stoppedAt + 1);
    expect(next.dropProbability).toBe(0.9);
    await dashboard.progress(/^Training · iteration \d+/).waitFor();
  });

  it('loses nothing when the window is loaded again: the run waits with a checkpoint, the dashboard shows it', async () => {
    const before = records.iterations().at(-1)!.iteration;
    await window.reload();
    await eventually(async () => (records.state === 'interrupted' ? true : undefined), 'a settled run');
    expect(records.iterations().at(-1)!.iteration).toBeGreaterThanOrEqual(before);
    const again = await DashboardPage.of(window);
    await again.progress(/iteration [\d,]+/).waitFor();
    await again.button('Resume').click();
    const last = records.iterations().at(-1)!.iteration;
    await eventually(async () => (records.iterations().at(-1)!.iteration > last ? true : undefined), 'iterations after the reload');
    await again.progress(/^Training · iteration/).waitFor();
  });
});
