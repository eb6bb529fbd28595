import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

describe('energy at the line', () => {
  let session: Session;
  let window: WorkbenchPage;

  beforeAll(async () => {
    session = await Session.open();
    window = await session.window('resnet.ts');
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  it('stands behind the lines that make layers, summed over loops and helpers, marked as estimated', async () => {
    const convolution = await window.annotatedLine('tf.layers.conv2d(');
    // ResNet-8 for grey images: 7 convolutions of 3×3 and 2 of 1×1, all made by one line of a helper.
    expect(convolution.annotation).toMatch(/^\s*~[\d.]+ mJ · [\d.]+ M MACs ×9$/);
    expect((await window.annotatedLine('tf.layers.batchNormalization(')).annotation).toMatch(/~[\d.]+ mJ ×9$/);
    expect((await window.annotatedLine('tf.layers.add(')).annotation).toMatch(/~[\d.]+ mJ ×3$/);
    expect((await window.annotatedLine('units: 10')).annotation).toMatch(/~[\d.]+ µJ · 640 MACs/);
    const others = (await window.lines()).filter(({ text }) => !text.includes('tf.layers.'));
    expect(others.filter(({ annotation }) => annotation !== '')).toEqual([]);
  });

  it('has one row of actions above the model', async () => {
    await window.codeLens('Train').waitFor();
    await window.codeLens(/^~[\d.]+ mJ\/iteration$/).waitFor();
  });

  it('explains itself in the hover, by phase and component', async () => {
    const text = await window.hover('conv2d', 'Estimated');
    for (const word of ['% of the model’s energy', 'asic-45nm', 'Forward', 'Weight gradient', 'DRAM']) expect(text).toContain(word);
    await window.screenshot('hover-light');
    await window.page.keyboard.press('Escape');
  });

  it('follows the text as it is typed', async () => {
    const before = (await window.annotatedLine('units: 10')).annotation;
    await window.replaceInFile('[16, 32, 64]', '[16, 32, 96]');
    const after = await eventually(async () => {
      const line = await window.annotatedLine('units: 10');
      return line.annotation === before ? undefined : line.annotation;
    }, 'another energy of the dense layer');
    expect(after).toMatch(/960 MACs/);
    await window.replaceInFile('[16, 32, 96]', '[16, 32, 64]');
  });

  it('says what is wrong while the text does not parse, and comes back', async () => {
    await window.replaceInFile('[16, 32, 64]', '[16, 32, 64');
    await window.codeLens(/Syntax error: /).waitFor();
    await window.replaceInFile('[16, 32, 64', '[16, 32, 64]');
    expect((await window.annotatedLine('units: 10')).annotation).toMatch(/640 MACs/);
  });

  it('is listed layer by layer for keyboard and screen reader', async () => {
    await window.runCommand('E2-Train: Show Layers');
    await window.treeRow(/conv2d/).waitFor();
    await window.screenshot('layers-light');
    await window.setTheme('Default Dark Modern');
    await window.screenshot('layers-dark');
    await window.setTheme('Default High Contrast');
    await window.screenshot('layers-high-contrast');
  });

  it('has a bar in the gutter in proportion to its share of the model’s energy, in the theme’s colours', async () => {
    const bars = await eventually(async () => {
      const found = await window.gutterBars();
      return found.length > 0 ? found : undefined;
    }, 'bars in the gutter');
    const annotated = (await window.lines()).filter(({ annotation }) => annotation !== '');
    expect(bars.map(({ top }) => top).sort()).toEqual(annotated.map(({ top }) => top).sort());
    const share = async (row: RegExp) => Number(/ · (\d+) % · /.exec((await window.treeRow(row).textContent()) ?? '')![1]);
    const at = (text: string) => bars.find(({ top }) => top === annotated.find((line) => line.text.includes(text))?.top)!;
    const [convolutions, normalizations] = [at('tf.layers.conv2d('), at('tf.layers.batchNormalization(')];
    const ratio = (await share(/batchNormalization ×9/)) / (await share(/conv2d ×9/));
    // The bar's length goes in twentieths.
    expect(Math.abs(normalizations.percent / convolutions.percent - ratio)).toBeLessThan(0.06);
    // Of the high-contrast theme, which was chosen last.
    expect(convolutions.color).toBe('rgb(255, 233, 168)');
    await window.screenshot('heat-high-contrast');
    await window.setTheme('Default Dark Modern');
    await window.screenshot('heat-dark');
    await window.setTheme('Default High Contrast Light');
    await window.screenshot('heat-high-contrast-light');
    await window.setTheme('Default Light Modern');
    await window.screenshot('heat-light');
    session.settings.set('e2train.annotations.heat', false);
    await eventually(async () => (await window.gutterBars()).length === 0 || undefined, 'a gutter without bars');
    session.settings.set('e2train.annotations.heat', true);
  });

  it('goes and comes with one command', async () => {
    await window.runCommand('E2-Train: Toggle Energy Annotations');
    await eventually(
      async () => ((await window.lines()).every(({ annotation }) => annotation === '') ? true : undefined),
      'unannotated text',
    );
    await eventually(async () => (await window.gutterBars()).length === 0 || undefined, 'a gutter without bars');
    await window.runCommand('E2-Train: Toggle Energy Annotations');
    await window.annotatedLine('tf.layers.conv2d(');
  });
});
