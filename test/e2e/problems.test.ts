import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

/** A row of the Problems panel that is ours. */
const problemRow = (window: WorkbenchPage, text: string): Locator =>
  window.page.locator('.markers-panel .monaco-list-row', { hasText: text }).filter({ hasText: 'E2-Train' }).first();

const trainLenses = (window: WorkbenchPage): Locator => window.page.locator('.codelens-decoration a', { hasText: 'Train' });

describe('a model file with a fault', () => {
  let session: Session;
  let window: WorkbenchPage;

  beforeAll(async () => {
    session = await Session.open({ workspace: 'broken' });
    window = await session.window('throws.js');
    await window.runCommand('Problems: Focus on Problems View');
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  for (const { file, sentence, line } of [
    { file: 'throws.js', sentence: 'The file throws Error: Expected units to be a positive integer, but got -1.', line: 4 },
    { file: 'unknown-layer.ts', sentence: 'tf.layers has no layer “conv2D”: did you mean “conv2d”?', line: 4 },
    {
      file: 'number-model.ts',
      sentence: 'The default export gives a number, not a model: return what tf.sequential() or tf.model() makes.',
      line: 5,
    },
    { file: 'syntax-error.ts', sentence: 'Syntax error: ', line: 3 },
  ]) {
    it(`is told in one sentence at its line: ${file}`, async () => {
      await window.openFile(file);
      await window.codeLens(sentence).waitFor();
      expect(await problemRow(window, sentence).textContent()).toContain(`[Ln ${line},`);
      expect(await window.page.locator('.codelens-decoration a', { hasText: sentence }).count()).toBe(1);
      expect(await trainLenses(window).count()).toBe(0);
    });
  }

  it('that never returns is given up, and the editor can be typed in meanwhile and after', async () => {
    await window.openFile('endless-model.ts');
    await window.replaceInFile('none is added', 'none is ever added');
    expect((await window.lines()).some(({ text }) => text.includes('none is ever added'))).toBe(true);
    const sentence = 'The file did not finish within 5 s';
    await window.codeLens(sentence).waitFor();
    expect(await problemRow(window, sentence).isVisible()).toBe(true);
    await window.screenshot('problem-light');
    await window.openFile('throws.js');
    await window.codeLens('The file throws').waitFor();
  });

  it('loses its sentence when it is mended', async () => {
    await window.openFile('unknown-layer.ts');
    await window.codeLens('tf.layers has no layer').waitFor();
    await window.replaceInFile('conv2D', 'conv2d');
    await window.annotatedLine('tf.layers.conv2d(');
    await window.codeLens('Train').waitFor();
    await eventually(
      async () => ((await window.codeLens('tf.layers has no layer').count()) === 0 ? true : undefined),
      'text without the sentence',
    );
    await eventually(
      async () => ((await problemRow(window, 'tf.layers has no layer').count()) === 0 ? true : undefined),
      'Problems view without the sentence',
    );
  });
});

describe('a model file as people write them', () => {
  let session: Session;
  let window: WorkbenchPage;

  beforeAll(async () => {
    session = await Session.open({ workspace: 'models' });
    window = await session.window();
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  it('may take its input shape from a comment', async () => {
    await window.openFile('directive.js');
    expect((await window.annotatedLine('tf.layers.conv2d(')).annotation).toMatch(/~[\d.]+ µJ · 97\.2 k MACs/);
  });

  it('may hold several models, each with its own row of actions', async () => {
    await window.openFile('several.js');
    // small and large, and medium, which is made by a function. The same model under a second name is not shown twice.
    await eventually(async () => ((await trainLenses(window).count()) === 3 ? true : undefined), 'row of actions for each of 3 models');
  });

  it('may build its layers in a helper that it imports: the energy stands at the helper’s lines', async () => {
    await window.openFile('imports-helper.ts');
    await window.codeLens('Train').waitFor();
    await window.openFile('block.ts');
    expect((await window.annotatedLine('tf.layers.conv2d(')).annotation).toMatch(/~[\d.]+ µJ · 178 k MACs ×3/);
    expect(await window.page.locator('.codelens-decoration a').count()).toBe(0);
  });

  it('follows the helper when that is broken, mended and saved', async () => {
    await window.openFile('block.ts');
    await window.replaceInFile('conv2d', 'conv2D');
    await window.page.keyboard.press('Control+S');
    await window.openFile('imports-helper.ts');
    await window.codeLens('tf.layers has no layer “conv2D”').waitFor();
    await window.openFile('block.ts');
    await window.replaceInFile('conv2D', 'conv2d');
    await window.page.keyboard.press('Control+S');
    await window.annotatedLine('tf.layers.conv2d(');
    await window.openFile('imports-helper.ts');
    await window.codeLens('Train').waitFor();
    await window.codeLens('tf.layers has no layer').waitFor({ state: 'detached' });
  });

  it('that leaves its input open is asked for it once; the answer is kept over a reload', async () => {
    await window.openFile('no-input-shape.js');
    await window.codeLens('Set input shape…').click();
    await window.answer('wide');
    await window.page.getByText('“wide” is not an input shape').first().waitFor();
    await window.answer('28x28x1');
    const { annotation } = await window.annotatedLine('tf.layers.conv2d(');
    // 26 × 26 places, 9 inputs each, 4 filters.
    expect(annotation).toMatch(/24\.3 k MACs/);
    await window.codeLens('Set input shape…').waitFor({ state: 'detached' });
    await window.reload();
    await window.openFile('no-input-shape.js');
    expect((await window.annotatedLine('tf.layers.conv2d(')).annotation).toBe(annotation);
    await window.codeLens('Train').waitFor();
    expect(await window.codeLens('Set input shape…').count()).toBe(0);
  });
});
