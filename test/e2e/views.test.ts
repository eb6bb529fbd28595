import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DashboardPage } from './dashboard-page';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { RunRecords } from './run-records';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

describe('the views', () => {
  let session: Session;
  let window: WorkbenchPage;
  let savers: Frame;

  const runFolders = () => readdirSync(join(session.workspace, '.e2train', 'runs'));

  beforeAll(async () => {
    session = await Session.open({ settings: { 'e2train.training.batchSize': 8, 'e2train.training.evaluateEvery': 100 } });
    window = await session.window();
    await window.showSidebar();
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  it('say what to do while there is nothing, and lead to the walkthrough', async () => {
    await window.page.getByText('No run yet.').waitFor();
    await window.page.getByRole('button', { name: 'Open the Walkthrough' }).click();
    const walkthrough = window.page.locator('.gettingStartedContainer');
    await walkthrough.getByText('Train with less energy').first().waitFor();
    for (const step of ['See joules beside your layers', 'Choose what to save', 'Train from the editor', 'Watch accuracy and energy'])
      await walkthrough.getByText(step).first().waitFor();
    // Its first page, beside the steps.
    await window.webview('code:has-text("createModel")');
    await window.screenshot('walkthrough-light');
  });

  it('draw annotations as inlay hints, or at the cursor’s line alone, as soon as the settings say so', async () => {
    await window.openFile('resnet.ts');
    await window.annotatedLine('tf.layers.conv2d(');
    const settled = (look: string, fits: (line: { text: string; annotation: string }) => boolean) =>
      eventually(async () => {
        const lines = (await window.lines()).filter(({ text }) => text.includes('tf.layers.'));
        return lines.length > 0 && lines.every(fits) ? true : undefined;
      }, look);
    session.settings.set('e2train.annotations.style', 'inlayHint');
    await settled('inlay hints', ({ text, annotation }) => annotation === '' && (/~[\d.]+ .?J/.test(text) || text.includes('as tf.')));
    expect((await window.lines()).find(({ text }) => text.includes('conv2d('))?.text).toMatch(/~[\d.]+ mJ · 9\.35 M MACs ×9/);
    await window.screenshot('inlay-hints-light');

    session.settings.set('e2train.annotations.style', undefined);
    session.settings.set('e2train.annotations.scope', 'activeLine');
    await window.page.locator('.view-line', { hasText: 'tf.layers.add(' }).click();
    await settled('annotation at the cursor alone', ({ text, annotation }) => (annotation !== '') === text.includes('tf.layers.add('));
    session.settings.set('e2train.annotations.scope', undefined);
    await window.annotatedLine('tf.layers.conv2d(');
  });

  it('of savers follows the slider at once while it is dragged', async () => {
    await window.showSidebar();
    savers = await window.webview('#dropProbability');
    const comparison = savers.locator('.comparison');
    const energy = savers.locator('.energy');
    expect(await comparison.textContent()).toBe('same as the baseline');
    await savers.locator('vscode-checkbox', { hasText: 'SMD' }).click();
    // One half dropped of 4/3 of the iterations.
    await eventually(async () => ((await comparison.textContent()) === '33 % saved' ? true : undefined), '“33 % saved”');
    const box = (await savers.locator('#dropProbability').boundingBox())!;
    const at = (share: number) => box.x + box.width * share;
    const middle = box.y + box.height / 2;
    await window.page.mouse.move(at(0.55), middle);
    await window.page.mouse.down();
    const seen: string[] = [];
    for (const share of [0.6, 0.7, 0.8, 0.9]) {
      await window.page.mouse.move(at(share), middle);
      const shown = await savers.evaluate(
        () => `${document.querySelector('.energy')?.textContent} at ${document.querySelector<HTMLInputElement>('#dropProbability')?.value}`,
      );
      seen.push(shown);
    }
    expect(new Set(seen.map((text) => text.split(' at ')[0])).size).toBe(4);
    await window.page.mouse.up();
    const joules = (text: string) => Number.parseFloat(text);
    expect(seen.map(joules)).toEqual([...seen.map(joules)].sort((one, other) => other - one));
    // The figure is 4/3 · (1 − p) of the baseline’s, which stands below it.
    const share = Number(await savers.locator('#dropProbability').inputValue());
    const baseline = Number.parseFloat((await savers.locator('dd').first().textContent()) ?? '');
    expect(Number.parseFloat((await energy.textContent()) ?? '')).toBeCloseTo(baseline * (4 / 3) * (1 - share), 1);
    // The row of actions above the model says it too.
    await window.codeLens(`saves ${Math.round((1 - (4 / 3) * (1 - share)) * 100)} %`).waitFor();
  });

  it('of savers refuses a number out of range below its field, and does not train with it', async () => {
    const iterations = savers.locator('#iterations input');
    await iterations.fill('0');
    await savers.getByText('Iterations must be a whole number from 1 to 10,000,000.').waitFor();
    await savers.getByText('Correct the marked fields to train.').waitFor();
    const train = savers.locator('vscode-button', { hasText: 'Train' });
    expect(await train.getAttribute('disabled')).not.toBeNull();
    await window.screenshot('savers-out-of-range-light');
    // As many as take seconds on any engine: what is shown while they run has to be seen.
    await iterations.fill('3000');
    await savers.getByText('Correct the marked fields to train.').waitFor({ state: 'hidden' });
    expect(await train.getAttribute('disabled')).toBeNull();
  });

  it('of savers follows a setting that is changed meanwhile', async () => {
    session.settings.set('e2train.training.learningRate', 0.025);
    const rate = savers.locator('#learningRate input');
    await eventually(async () => ((await rate.inputValue()) === '0.025' ? true : undefined), 'the learning rate of the settings');
  });

  it('show a run to its end, in the status bar and in the list', async () => {
    expect(await savers.locator('progress').isVisible()).toBe(false);
    await savers.locator('vscode-button', { hasText: 'Train' }).click();
    await window.statusBarItem(/\d %.*J/).waitFor();
    await savers.locator('progress').waitFor();
    const records = new RunRecords(session.workspace);
    await eventually(async () => (records.state === 'finished' ? true : undefined), 'a finished run', 120_000);
    expect(records.iterations()[0]?.learningRate).toBe(0.025);
    await window.treeRow(/SMD.*% test.*J/).waitFor();
    await window.statusBarItem('asic-45nm').waitFor();
    await window.webview('section.chart');
    await window.screenshotsInEachTheme(savers, 'finished');
  });

  it('export what is behind a chart, as a table and as a drawing', async () => {
    const dashboard = await DashboardPage.of(window);
    const records = new RunRecords(session.workspace);
    const exported = async (kind: 'CSV' | 'JSON' | 'SVG'): Promise<string> => {
      const file = join(session.workspace, `${records.run.id}-energy.${kind.toLowerCase()}`);
      await dashboard.chart('Energy against the SMB baseline').getByText(kind, { exact: true }).click();
      // Beside the model, under a name that says what it is, unless another is chosen.
      const dialog = window.page.locator('.quick-input-widget:visible input[type=text]');
      await eventually(async () => ((await dialog.inputValue()) === file ? true : undefined), `question where to save ${file}`);
      await dialog.press('Enter');
      return eventually(async () => (existsSync(file) ? readFileSync(file, 'utf8') || undefined : undefined), `an export as ${kind}`);
    };
    const [header, ...rows] = (await exported('CSV')).trim().split('\r\n');
    expect(header).toBe('Iteration,"Energy so far (J, estimated)","SMB baseline (J, estimated)",Saved share');
    const { iteration, energyJ, baselineEnergyJ } = records.iterations().at(-1)!;
    expect(rows.at(-1)?.split(',').map(Number)).toEqual([iteration, energyJ, baselineEnergyJ, 1 - energyJ / baselineEnergyJ]);
    expect(JSON.parse(await exported('JSON'))).toHaveLength(rows.length);
    const drawing = await exported('SVG');
    expect(drawing).toMatch(/^<svg .*<title>Energy against the SMB baseline<\/title>/s);
    const kinds = await window.page.evaluate(
      (text) =>
        [...new DOMParser().parseFromString(text, 'image/svg+xml').querySelectorAll('polyline, parsererror')].map(({ tagName }) => tagName),
      drawing,
    );
    expect(kinds).toEqual(['polyline', 'polyline']);
  });

  it('lead to the run’s folder', async () => {
    await window.runCommand('E2-Train: Open Run Folder');
    await window.page.locator('.explorer-folders-view .monaco-list-row.selected', { hasText: 'run.json' }).waitFor();
  });

  it('delete a run when that is confirmed, with all its files', async () => {
    expect(runFolders()).toHaveLength(1);
    await window.showSidebar();
    await window.runCommand('E2-Train: Delete Run');
    const question = window.page.locator('.monaco-dialog-box');
    await question.getByText('This cannot be undone.').waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect(runFolders()).toHaveLength(1);
    await window.runCommand('E2-Train: Delete Run');
    await question.getByRole('button', { name: 'Delete' }).click();
    await window.page.getByText('No run yet.').first().waitFor();
    expect(runFolders()).toEqual([]);
  });

  it('copy what a bug report needs, and no secret', async () => {
    await window.runCommand('E2-Train: Copy Diagnostics');
    await window.notification('The diagnostics of E2-Train are on the clipboard.').waitFor();
    const text = await window.page.evaluate(() => navigator.clipboard.readText());
    expect(text).toMatch(/^## E2-Train diagnostics\n- E2-Train \d+\.\d+\.\d+\n/);
    expect(text).toMatch(/Node v?\d+\.\d+\.\d+, \d+ cores, protocol \d+/);
    expect(text).toMatch(/Engine native: /);
    expect(text).toContain('e2train.training.learningRate: 0.025');
    // The token is 32 bytes in hex; nothing as long and as random is in the report.
    expect(text).not.toMatch(/[0-9a-f]{24,}/i);
    expect(text).not.toContain(join(session.directory, 'home'));
  });
});
