import { execFileSync } from 'node:child_process';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pythonWithModelLibraries } from '../../src/scripts/peers/pytorch';
import { tellFailure } from './failure';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

/** For the first inspection by an interpreter, which loads PyTorch or Keras. */
const patienceMs = 170_000;

const problemRow = (window: WorkbenchPage, text: string): Locator =>
  window.page.locator('.markers-panel .monaco-list-row', { hasText: text }).filter({ hasText: 'E2-Train' }).first();

describe('a Python file', () => {
  let session: Session;
  let window: WorkbenchPage;

  beforeAll(async () => {
    const python = pythonWithModelLibraries();
    // From a cold disk the libraries take minutes on some machines, which is not what these tests wait for.
    execFileSync(python, ['-c', 'import torch, keras'], { env: { ...process.env, KERAS_BACKEND: 'torch' } });
    session = await Session.open({ workspace: 'python', settings: { 'e2train.inspection.timeoutSeconds': 60 } });
    // In a remote window, as this is one, VS Code takes settings of a machine's scope from a person's own settings only now and then.
    session.settings.set('e2train.python', python);
    window = await session.window('resnet.py');
  }, 900_000);
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  it('with a PyTorch model shows energy behind the lines that make layers, and what can be done above the model', async () => {
    expect((await window.annotatedLine('self.conv1 = nn.Conv2d(', patienceMs)).annotation).toMatch(/~[\d.]+ mJ · 903 k MACs ×3/);
    expect((await window.annotatedLine('self.head = nn.Linear(')).annotation).toMatch(/· 5\.76 k MACs/);
    expect((await window.annotatedLine('self.bn2(self.conv2(y)) + self.shortcut(x)')).annotation).toMatch(/~[\d.]+ mJ ×6/);
    await window.screenshot('python-light');
    // The model stands at the end of the file.
    await window.page.locator('.monaco-editor .view-lines').first().click();
    await window.page.keyboard.press('Control+End');
    await window.codeLens('Train').waitFor();
  }, 400_000);

  it('with a Keras model does so, too', async () => {
    await window.openFile('functional.py');
    await window.codeLens('Train').waitFor({ timeout: patienceMs });
    expect((await window.annotatedLine('y = layers.Conv2D(')).annotation).toMatch(/MACs ×2/);
    await window.screenshot('python-keras-light');
  });

  it('with a fault says so in one sentence at its line, and comes back', async () => {
    await window.openFile('sequential.py');
    await window.codeLens('Train').waitFor({ timeout: patienceMs });
    await window.replaceInFile('layers.Flatten()', 'layers.Flaten()');
    const sentence = 'has no attribute';
    await window.codeLens(sentence).waitFor({ timeout: 60_000 });
    await window.runCommand('Problems: Focus on Problems View');
    expect(await problemRow(window, sentence).textContent()).toContain('[Ln 12,');
    await window.replaceInFile('layers.Flaten()', 'layers.Flatten()');
    await window.codeLens('Train').waitFor({ timeout: 60_000 });
  });
});
