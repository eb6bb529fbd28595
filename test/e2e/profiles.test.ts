import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { builtinProfiles } from '../../src/energy/device-profile';
import { DashboardPage } from './dashboard-page';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { mine } from './own-profile';
import { RunRecords } from './run-records';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

describe('a device profile of one’s own', () => {
  let session: Session;
  let window: WorkbenchPage;
  let savers: Frame;
  const file = (name = 'mine') => join(session.workspace, '.e2train', 'profiles', `${name}.json`);
  const write = (text: string, name = 'mine') => {
    mkdirSync(join(session.workspace, '.e2train', 'profiles'), { recursive: true });
    writeFileSync(file(name), text);
  };
  /** Annotation behind the convolutions, once it matches. */
  const convolutions = (pattern: RegExp) =>
    eventually(async () => {
      const { annotation } = await window.annotatedLine('tf.layers.conv2d(');
      return pattern.test(annotation) ? annotation : undefined;
    }, `${pattern} behind the convolutions`);
  const card = async () => (await savers.locator('.energy').textContent()) ?? '';
  const millijoules = async () => Number(/~([\d.]+) mJ/.exec(await convolutions(/~[\d.]+ mJ/))![1]);

  beforeAll(async () => {
    session = await Session.open({
      settings: { 'e2train.deviceProfile': 'mine', 'e2train.training.iterations': 100_000, 'e2train.training.batchSize': 8 },
    });
    write(mine(1));
    window = await session.window('resnet.ts');
    await window.showSidebar();
    savers = await window.saversView();
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  it('is what the estimates rest on, at the line and in the sidebar, and they follow its file', async () => {
    const before = await millijoules();
    const energyBefore = await card();
    await window.statusBarItem('mine').waitFor();
    write(mine(2));
    await eventually(async () => Math.abs((await millijoules()) / before - 2) < 0.02 || undefined, 'twice the energy');
    await eventually(async () => (await card()) !== energyBefore || undefined, 'another energy in the Savers view');
  });

  it('that is broken is said in its place, and nothing stands for it', async () => {
    write(mine(2).replace(/"value": 2600/, '"value": -2600'));
    await convolutions(/energy unavailable/);
    const sentence = '.e2train/profiles/mine.json is no device profile: “dram.accessPJ.value” must be at least 0, not -2600.';
    await savers.getByText(`Unavailable: ${sentence}`).waitFor();
    await window.codeLens(`Energy unavailable: ${sentence}`).waitFor();
    await window.screenshot('profile-broken-light');
    await window.codeLens('Energy unavailable').click();
    await window.page.locator('.monaco-editor .view-line', { hasText: '-2600' }).first().waitFor();
    await window.runCommand('Problems: Focus on Problems View');
    await window.page.locator('.markers-panel .monaco-list-row', { hasText: sentence }).first().waitFor();
    await window.setTheme('Default Dark Modern');
    await window.screenshot('profile-problem-dark');
    await window.page.keyboard.press('Control+J');
  });

  it('is explained field by field while it is written, and its schema wants what is missing', async () => {
    await window.hover('accessPJ', 'Picojoules per 64 bits');
    await window.screenshot('profile-field-dark');
    await window.page.keyboard.press('Escape');
    write(mine(2).replace(/(70\.369\d*),\s*"source": "[^"]*"/, '$1'));
    await window.runCommand('Problems: Focus on Problems View');
    const rows = window.page.locator('.markers-panel .monaco-list-row');
    await rows.filter({ hasText: 'Missing property "source"' }).first().waitFor();
    await rows.filter({ hasText: '“buffer.accessPJ.source” is missing: it must be a text.' }).first().waitFor();
    await window.screenshot('profile-source-missing-dark');
    await window.page.keyboard.press('Control+J');
    await window.openFile('resnet.ts');
  });

  it('that is gone is missed by name until it is back', async () => {
    rmSync(file());
    await window.codeLens('There is no device profile “mine”; choose one of: asic-45nm, eyeriss-65nm.').waitFor();
    await window.setTheme('Default High Contrast');
    await window.screenshot('profile-gone-high-contrast');
    write(mine(1));
    await millijoules();
    await window.codeLens('Energy unavailable').waitFor({ state: 'hidden' });
  });

  it('is chosen in the status bar beside the built-in ones, and made from them', async () => {
    const row = (text: string) => window.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    const before = await millijoules();
    await window.statusBarItem('mine').click();
    await row('yours').waitFor();
    await window.screenshot('profile-picker-high-contrast');
    await row('eyeriss-65nm').click();
    await eventually(async () => (await millijoules()) !== before || undefined, 'another energy by another profile');
    await window.setTheme('Default Light Modern');
    await window.statusBarItem('eyeriss-65nm').click();
    await row('in use').waitFor();
    await window.screenshot('profile-picker-light');
    await row('Make one from …').click();
    await row('asic-45nm').click();
    await window.answer('zynq');
    await window.page.locator('.tab', { hasText: 'zynq.json' }).waitFor();
    const made = JSON.parse(readFileSync(file('zynq'), 'utf8'));
    expect(made).toEqual({ ...builtinProfiles[0], name: 'zynq' });
    await window.screenshot('profile-made-light');
    await window.openFile('resnet.ts');
    await window.statusBarItem('zynq').waitFor();
    // The prices of the built-in one, as `mine` has them too.
    await eventually(async () => (await millijoules()) === before || undefined, 'the energy of the copied profile');
  });

  it('stays for a run what it was when the run began', async () => {
    const before = await millijoules();
    await window.codeLens('Train').click();
    const dashboard = await DashboardPage.of(window);
    await dashboard.progress('estimated, profile zynq').waitFor();
    await savers.getByText('Estimated energy of a whole run like this').waitFor();
    const ofTheRun = await eventually(async () => ((await card()) !== '' ? card() : undefined), 'the estimate of the run');
    write(mine(2, 'zynq'), 'zynq');
    await eventually(async () => Math.abs((await millijoules()) / before - 2) < 0.02 || undefined, 'twice the energy at the line');
    expect(await card()).toBe(ofTheRun);
    const { run } = new RunRecords(session.workspace);
    expect(JSON.parse(readFileSync(join(run.directory, 'device-profile.json'), 'utf8'))).toEqual({ ...builtinProfiles[0], name: 'zynq' });
    await window.screenshot('profile-of-a-run-light');
  });
});
