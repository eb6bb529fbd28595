import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MeasurementFile } from '../../src/protocol/measurements';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

/** What a board gave for the two 3×3 convolutions of 16 maps of the sample's network, that do the same work. */
const measurement: MeasurementFile = {
  format: 1,
  id: '20260304-100000-ultra96',
  title: 'resnet.ts on Ultra96',
  created: '2026-03-04T10:00:00.000Z',
  state: 'complete',
  origin: { kind: 'board', board: 'Ultra96', address: 'root@ultra96', bootIds: ['one'], workload: './run {layer.json}' },
  rows: [
    {
      layer: 'conv2d_Conv2D2',
      signature: 'conv2d 28x28x16 > 28x28x16 kernel 3x3 strides 1x1 dilation 1x1 padding 1/1/1/1',
      phase: 'forward',
      precision: 'int8',
      kind: 'measured',
      batchSize: 1,
      energyJ: 1.5e-3,
      standardErrorJ: 2e-5,
      idleW: 2.1,
      repeats: 5,
      executions: 100,
      source: 'ina226',
    },
  ],
  events: [],
};

describe('measured energy in the editor', () => {
  let session: Session;
  let window: WorkbenchPage;
  const path = (id = measurement.id) => join(session.workspace, '.e2train', 'measurements', `${id}.json`);

  beforeAll(async () => {
    session = await Session.open();
    mkdirSync(join(session.workspace, '.e2train', 'measurements'), { recursive: true });
    writeFileSync(path(), JSON.stringify(measurement));
    window = await session.window('resnet.ts');
    await window.annotatedLine('tf.layers.conv2d(');
    await window.codeLens('Measure').waitFor();
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  it('comes to the line when its file is there, with the conditions that the estimate does not share', async () => {
    const annotation = await eventually(async () => {
      const line = await window.annotatedLine('tf.layers.conv2d(');
      return line.annotation.includes('Ultra96') ? line.annotation : undefined;
    }, 'a measured figure behind the convolutions');
    expect(annotation).toMatch(/^\s*~[\d.]+ mJ ×9 · 3\.00 mJ Ultra96 .*\(…\)$/);
    expect((await window.annotatedLine('units: 10')).annotation).not.toContain('Ultra96');
  });

  it('can be measured anew from above the model, which asks for the board', async () => {
    await window.codeLens('Measure').click();
    await window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Another board…' }).first().waitFor();
    await window.page.keyboard.press('Escape');
  });

  it('is listed in the hover with its error, windows, board and date', async () => {
    const text = await window.hover('conv2d', 'Ultra96');
    for (const words of ['(forward, batch 1, int8, 2 of 9 layers)', '1.50 mJ ± 20.0 µJ', '5 × 100', '2026-03-04', 'int8', 'measured'])
      expect(text).toContain(words);
    await window.screenshot('measured-hover-light');
    await window.page.keyboard.press('Escape');
  });

  it('stands in the Layers view', async () => {
    await window.runCommand('E2-Train: Show Layers');
    await window.treeRow(/Ultra96/).waitFor();
    await window.screenshot('measured-layers-light');
    await window.setTheme('Default Dark Modern');
    await window.screenshot('measured-layers-dark');
  });

  it('is of the board that is chosen in the status bar, where several were measured', async () => {
    const [row] = measurement.rows;
    const other = {
      ...measurement,
      id: '20260405-100000-zcu104',
      created: '2026-04-05T10:00:00.000Z',
      rows: [{ ...row, board: 'ZCU104' }],
    };
    writeFileSync(path(other.id), JSON.stringify(other));
    await window.statusBarItem('All Boards').click();
    await window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'ZCU104' }).first().waitFor();
    await window.screenshot('board-picker-dark');
    await window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'Ultra96' }).first().click();
    await window.statusBarItem('Ultra96').waitFor();
    await eventually(async () => (await window.annotatedLine('tf.layers.conv2d(')).annotation.includes('Ultra96') || undefined, 'Ultra96');
    await window.treeRow(/Ultra96/).waitFor();
    await window.runCommand('E2-Train: Choose Board of Measured Energies');
    await window.page.locator('.quick-input-list .monaco-list-row', { hasText: 'ZCU104' }).first().click();
    await eventually(async () => (await window.annotatedLine('tf.layers.conv2d(')).annotation.includes('ZCU104') || undefined, 'ZCU104');
    await window.treeRow(/ZCU104/).waitFor();
    // A measurement that is deleted is gone, wherever it stood.
    rmSync(path(other.id));
    await window.statusBarItem('ZCU104').waitFor({ state: 'hidden' });
    await eventually(async () => (await window.annotatedLine('tf.layers.conv2d(')).annotation.includes('Ultra96') || undefined, 'Ultra96');
  });

  it('is listed in the Measurements view, file by file', async () => {
    await window.page.locator('.pane-header', { hasText: 'Measurements' }).first().click();
    const row = window.treeRow('resnet.ts on Ultra96');
    await row.waitFor();
    expect(await row.textContent()).toContain('Ultra96 · 2026-03-04 · figures: 1');
    await row.locator('.monaco-tl-twistie').click();
    await window.treeRow(/1\.50 mJ ± 20\.0 µJ · forward · int8/).waitFor();
    await window.screenshot('measurements-dark');
  });
});
