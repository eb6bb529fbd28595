import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IterationRecord, MetricRecord } from '../../src/protocol/records';
import { RunStore } from '../../src/runs/run-store';
import { eventually } from './eventually';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

describe('a run from the editor', () => {
  let session: Session;
  let window: WorkbenchPage;
  let dashboard: Frame;

  const run = () => {
    const store = new RunStore(session.workspace);
    return store.open(store.ids()[0]!);
  };
  const records = () =>
    run()
      .readRecords()
      .map(({ record }) => record);
  const iterations = () => records().filter((record): record is IterationRecord => record.type === 'iteration');

  beforeAll(async () => {
    // Long enough to be watched, stopped and resumed.
    session = await Session.open({ settings: { 'e2train.training.iterations': 100_000, 'e2train.training.batchSize': 8 } });
    window = await session.window();
    await window.openFile('resnet.ts');
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await window.screenshot(`failed-${task.name}`);
  });
  afterAll(() => session?.close());

  it('starts by the CodeLens above the model, and stands in the list at once', async () => {
    await window.codeLens('Train').click();
    await window.showSidebar();
    await window.treeRow('resnet.ts').waitFor();
    await eventually(
      async () => (readdirSync(join(session.workspace, '.e2train', 'runs')).length === 1 ? true : undefined),
      'a run folder',
    );
  });

  it('draws its points in the dashboard while they come, over a socket of the page itself', async () => {
    dashboard = await window.webview('section.chart');
    const executed = () => dashboard.locator('.figure, .figures').first().textContent();
    await eventually(async () => (/\d/.test((await executed()) ?? '') ? true : undefined), 'figures');
    await dashboard.getByText(/^Training · iteration \d+/).waitFor();
    const first = await shownIteration(dashboard);
    await eventually(async () => ((await shownIteration(dashboard)) > first ? true : undefined), 'a later iteration in the dashboard');
    expect(await dashboard.locator('.banner').isVisible()).toBe(false);
  });

  it('has a data table behind each chart, with the numbers of the record', async () => {
    const chart = dashboard.locator('section.chart', { has: dashboard.locator('h2', { hasText: 'Loss' }) });
    expect(await chart.locator('canvas').getAttribute('role')).toBe('img');
    await chart.getByText('Data table').click();
    const row = await eventually(async () => {
      const cells = await chart.locator('tbody tr').first().locator('td').allInnerTexts();
      return cells.length > 1 ? cells : undefined;
    }, 'a row of the table');
    const record = iterations().find(({ iteration }) => iteration === Number(row[0]));
    expect(Number(row[1])).toBeCloseTo(record?.loss ?? Number.NaN, 3);
  });

  it('shows its progress in the status bar', async () => {
    await window.statusBarItem(/%.*J/).waitFor();
  });

  it('drops mini-batches from the next iteration on when the slider says so, and notes it in the record', async () => {
    const savers = await window.webview('#dropProbability');
    expect(iterations().every(({ executed }) => executed)).toBe(true);
    await savers.locator('vscode-checkbox').click();
    await savers.locator('#dropProbability').fill('0.9');
    const tuning = await eventually(
      async () => records().find((record) => record.type === 'tuning' && record.tuning.smd?.dropProbability === 0.9),
      'a note of the change',
    );
    await eventually(async () => (iterations().filter(({ executed }) => !executed).length > 20 ? true : undefined), 'dropped iterations');
    const after = iterations().filter(({ iteration }) => iteration >= tuning.iteration);
    expect(after.every(({ dropProbability }) => dropProbability === 0.9)).toBe(true);
    const dropped = after.filter(({ executed }) => !executed).length / after.length;
    expect(dropped).toBeGreaterThan(0.6);
    await window.screenshot('live-light');
    await window.setTheme('Dark Modern');
    await window.screenshot('live-dark');
    await window.setTheme('Dark High Contrast');
    await window.screenshot('live-high-contrast');
    await window.setTheme('Light Modern');
  });

  it('stops with a checkpoint, and resumes where it stopped', async () => {
    await dashboard.getByText('Stop', { exact: true }).click();
    await eventually(async () => (run().read().state === 'stopped' ? true : undefined), 'a stopped run');
    const stoppedAt = iterations().at(-1)!.iteration;
    expect(run().latestCheckpoint()).toBeDefined();
    await dashboard.getByText('Resume', { exact: true }).click();
    const next = await eventually(async () => iterations().find(({ iteration }) => iteration > stoppedAt), 'an iteration after the stop');
    expect(next.iteration).toBe(stoppedAt + 1);
    expect(next.dropProbability).toBe(0.9);
    await dashboard.getByText(/^Training · iteration \d+/).waitFor();
  });

  it('is still there, and live, when the window is loaded again', async () => {
    const before = iterations().length;
    await window.reload();
    const again = await window.webview('section.chart');
    await again
      .getByText(/iteration \d+/)
      .first()
      .waitFor();
    const states = () => records().filter((record: MetricRecord) => record.type === 'state');
    // Loading the window again ends its backend, and the run with a checkpoint; it is offered to go on.
    await eventually(
      async () => (run().read().state === 'interrupted' || iterations().length > before ? true : undefined),
      'a settled run',
    );
    expect(states().length).toBeGreaterThan(0);
    expect(() => JSON.parse(readFileSync(join(run().directory, 'run.json'), 'utf8'))).not.toThrow();
  });
});

async function shownIteration(dashboard: Frame): Promise<number> {
  const text = await dashboard
    .getByText(/iteration [\d,]+/)
    .first()
    .textContent();
  return Number(/iteration ([\d,]+)/.exec(text ?? '')?.[1]?.replaceAll(',', ''));
}
