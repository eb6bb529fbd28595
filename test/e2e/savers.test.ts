import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chooseOption } from './choose-option';
import { DashboardPage } from './dashboard-page';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { RunRecords } from './run-records';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

describe('all savers together', () => {
  let session: Session;
  let window: WorkbenchPage;
  let savers: Frame;
  let dashboard: DashboardPage;
  let records: RunRecords;

  beforeAll(async () => {
    const training = { 'e2train.training.iterations': 100_000, 'e2train.training.batchSize': 8, 'e2train.training.evaluateEvery': 200 };
    session = await Session.open({ settings: training });
    records = new RunRecords(session.workspace);
    window = await session.window('resnet.ts');
    await window.showSidebar();
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  const choose = (id: string, value: string) => chooseOption(savers.locator(`#${id}`), value);

  it('are chosen in the sidebar, with what they are expected to save', async () => {
    savers = await window.saversView();
    await choose('engine', 'wasm');
    for (const saver of ['SMD', 'SLU', 'PSG']) await savers.locator('vscode-checkbox', { hasText: `(${saver})` }).click();
    const saved = await eventually(async () => {
      const text = (await savers.locator('.comparison').textContent()) ?? '';
      // One half dropped of 4/3 of the iterations is a third; blocks and bits save more.
      return Number(/(\d+) % saved/.exec(text)?.[1]) > 40 ? text : undefined;
    }, 'more saved than by SMD alone');
    expect(saved).toMatch(/^\d+ % saved$/);
    await window.codeLens('saves').waitFor();
    await window.screenshot('all-savers-light');
  });

  it('leave out batches, blocks and products of a live run, and the dashboard shows what', async () => {
    await window.codeLens('Train').click();
    dashboard = await DashboardPage.of(window);
    await dashboard.progress(/^Training · iteration \d+/).waitFor();
    expect(records.run.read().environment?.build).toMatch(/^wasm/);
    await eventually(
      async () => ['blockExecution', 'signPrediction'].every((type) => records.all().some((record) => record.type === type)) || undefined,
      'records of blocks and of signs',
    );
    for (const title of ['Residual blocks executed', 'Executed share and gates', 'Gradient signs predicted (PSG)', 'Learning rate'])
      await dashboard.chart(title).locator('canvas').waitFor();
    await dashboard.progress(/batches dropped, .* computation skipped, .* of gradient signs predicted\./).waitFor();
    expect(await dashboard.chart('Residual blocks executed').locator('canvas').getAttribute('aria-label')).toMatch(
      /^Residual blocks: \d+ %/,
    );
  });

  it('follow every knob at the next iteration', async () => {
    const noted = () => records.all().flatMap((record) => (record.type === 'tuning' && record.tuning.slu ? [record.tuning.slu] : []));
    await savers.locator('summary').click();
    await savers.locator('#thresholdKind .text', { hasText: 'Share of the largest' }).waitFor();
    expect(await savers.locator('#gatedBlocks .text').textContent()).toBe('Identity blocks');
    await savers.locator('#costWeight').scrollIntoViewIfNeeded();
    await window.screenshot('advanced-slu-light');
    await savers.locator('#gateLearningRateFactor input').fill('5');
    await savers.locator('#gradientMsbBits').scrollIntoViewIfNeeded();
    await window.screenshot('advanced-savers-light');
    await eventually(async () => (noted().length > 0 ? true : undefined), 'a note of the gates’ learning rate');
    expect(noted()).toEqual([{ gateLearningRateFactor: 5 }]);
    await savers.locator('#skipRatio').fill('0.7');
    await savers.locator('#adaptiveThreshold').fill('0.2');
    const tuning = await eventually(
      async () => records.all().findLast((record) => record.type === 'tuning' && record.tuning.psg?.threshold === 0.2),
      'a note of the change',
    );
    expect(noted()).toContainEqual({ skipRatio: 0.7 });
    const targets = await eventually(async () => {
      const after = records.all().flatMap((record) => (record.type === 'blockExecution' ? [record] : []));
      const later = after.filter(({ iteration }) => iteration > tuning.iteration + 20);
      return later.length > 0 ? later : undefined;
    }, 'blocks after the change');
    for (const { targetShare } of targets) expect(targetShare).toBeCloseTo(0.3, 10);
    await choose('estimator', 'plain');
    await savers.locator('#swaLearningRateFactor input').fill('0.5');
    await choose('thresholdKind', 'absolute');
    expect(await savers.locator('#adaptiveThreshold').isVisible()).toBe(false);
    await savers.locator('#absoluteThreshold input').fill('0.001');
    await window.screenshot('magnitude-threshold-light');
    const magnitude = await eventually(
      async () => records.all().findLast((record) => record.type === 'tuning' && record.tuning.psg?.threshold === 0.001),
      'a note of the magnitude',
    );
    const notes = records.all().flatMap((record) => (record.type === 'tuning' ? [record.tuning] : []));
    expect(notes).toContainEqual(expect.objectContaining({ slu: { estimator: 'plain' } }));
    expect(notes).toContainEqual(expect.objectContaining({ swa: { learningRateFactor: 0.5 } }));
    await eventually(
      async () => records.all().some((record) => record.type === 'signPrediction' && record.iteration > magnitude.iteration) || undefined,
      'signs predicted by the magnitude',
    );
    await pauseSlu();
    await dashboard.progress(/^Test accuracy with gates by chance, as trained, [\d.]+ % \(\d+ % of the gated blocks, /).waitFor();
    await dashboard.chart('Accuracy against energy').scrollIntoViewIfNeeded();
    await window.screenshot('accuracy-by-energy-light');
    await dashboard.chart('Residual blocks executed').scrollIntoViewIfNeeded();
    await window.screenshot('saver-charts-light');
    await window.setTheme('Default Dark Modern');
    await window.screenshot('saver-charts-dark');
    await window.setTheme('Default High Contrast');
    await window.screenshot('saver-charts-high-contrast');
  });

  /** Off for some iterations, then on again: the heat map has a field without a share. */
  async function pauseSlu(): Promise<void> {
    const slu = savers.locator('vscode-checkbox', { hasText: '(SLU)' });
    const switched = (enabled: boolean) =>
      eventually(
        async () => records.all().find((record) => record.type === 'tuning' && record.tuning.slu?.enabled === enabled),
        `a note that SLU was switched ${enabled ? 'on' : 'off'}`,
      );
    await slu.click();
    const off = await switched(false);
    await eventually(async () => records.iterations().at(-1)!.iteration > off.iteration + 20 || undefined, 'iterations without SLU');
    await slu.click();
    const on = await switched(true);
    await eventually(
      async () => records.all().some((record) => record.type === 'blockExecution' && record.iteration >= on.iteration) || undefined,
      'blocks after SLU was switched on again',
    );
    const heat = dashboard.chart('Residual blocks executed');
    await heat.locator('summary').click();
    await heat.locator('tr', { hasText: new RegExp(`^${on.iteration - 1}–+$`) }).waitFor();
    await heat.locator('summary').click();
  }

  it('give way to stochastic depth, whose share a live run follows, too', async () => {
    await window.setTheme('Default Light Modern');
    await dashboard.button('Stop').click();
    // The view is the next run's again.
    const train = savers.locator('vscode-button', { hasText: 'Train' });
    await train.waitFor();
    const share = savers.locator('#depthSkipRatio');
    expect(await share.isVisible()).toBe(false);
    await choose('baseline', 'stochasticDepth');
    await share.waitFor();
    expect(await savers.locator('#skipRatio').isEnabled()).toBe(false);
    await share.scrollIntoViewIfNeeded();
    await window.screenshotsInEachTheme(savers, 'stochastic-depth');
    await train.click();
    await eventually(async () => (records.count === 2 && records.iterations().length > 0 ? true : undefined), 'iterations of a second run');
    expect(records.run.read().configuration.savers).toMatchObject({ slu: { enabled: false }, stochasticDepth: { enabled: true } });
    await savers.locator('vscode-button', { hasText: 'Stop' }).waitFor();
    await share.fill('0.6');
    const noted = await eventually(async () => records.all().find((record) => record.type === 'tuning'), 'a note of the share');
    expect(noted.tuning).toEqual({ stochasticDepth: { skipRatio: 0.6 } });
  });

  it('say so where a model has nothing to skip, before a run and while it is live', async () => {
    await savers.locator('vscode-button', { hasText: 'Stop' }).click();
    const train = savers.locator('vscode-button', { hasText: 'Train' });
    await train.waitFor();
    const note = savers.getByText(/^No block of the model “.*” can be skipped, since it has no residual blocks: /);
    expect(await note.count()).toBe(0);
    await window.openFile('simple.js');
    await note.waitFor();
    await note.scrollIntoViewIfNeeded();
    await window.screenshotsInEachTheme(savers, 'nothing-to-skip');
    await train.click();
    await eventually(async () => (records.count === 3 && records.iterations().length > 0 ? true : undefined), 'iterations of a third run');
    await savers.locator('vscode-button', { hasText: 'Stop' }).waitFor();
    expect(await note.isVisible()).toBe(true);
  });
});
