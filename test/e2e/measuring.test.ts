import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { estimateNetwork } from '../../src/energy/estimate';
import { MeasurementStore } from '../../src/measurement/measurement-store';
import type { LayerGraph } from '../../src/protocol/layer-graph';
import type { FigureRow } from '../../src/protocol/measurements';
import { FakeBoard } from '../measurement/board/fake-board';
import { SshServer } from '../measurement/board/ssh-server';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { mine } from './own-profile';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

/*
 * Measuring from the editor: a real OpenSSH server on loopback, behind it a board that is a folder and knows its joules. It draws 1.25 W above
 * idle for the network's first convolution, and takes 0.1 s: 125 mJ.
 */

const secondsOfExecution = 0.1;
const trueJ = 1.25 * secondsOfExecution;

/** The sample's first convolution. */
const first: LayerGraph = {
  name: 'first',
  layers: [
    { kind: 'input', name: 'image', inputs: [], outputShape: [28, 28, 1] },
    {
      ...{ kind: 'conv2d', name: 'conv', inputs: ['image'], outputShape: [28, 28, 16], filters: 16, useBias: false },
      ...{ kernelSize: [3, 3], strides: [1, 1], dilation: [1, 1], padding: { top: 1, bottom: 1, left: 1, right: 1 } },
    },
  ],
  outputs: ['conv'],
};

/** By how much prices must grow for the convolution's forward pass to be estimated at so many joules. */
function factorFor(joules: number): number {
  const { layers } = estimateNetwork(first, findDeviceProfile('asic-45nm'), { batchSize: 1 });
  return joules / layers[1]!.phaseJ.forward;
}

describe('measuring from above the model', () => {
  let server: SshServer;
  let board: FakeBoard;
  let session: Session;
  let window: WorkbenchPage;
  const toast = () => window.notification('Measuring on Ultra96');

  beforeAll(async () => {
    server = await SshServer.start();
    board = new FakeBoard();
    session = await Session.open({
      environment: { E2TRAIN_SSH_CONFIG: server.clientConfiguration },
      settings: { 'e2train.deviceProfile': 'mine' },
    });
    const folder = join(session.workspace, '.e2train');
    mkdirSync(join(folder, 'profiles'), { recursive: true });
    // The board draws 17 % more than is estimated.
    writeFileSync(join(folder, 'profiles', 'mine.json'), mine(factorFor(trueJ / 1.17)));
    const workload = `SECONDS_OF_LOAD=0 SECONDS_OF_EXECUTION=${secondsOfExecution} ${board.workload}`;
    const ultra96 = { address: server.host, root: board.root, workload };
    writeFileSync(join(folder, 'boards.json'), JSON.stringify({ Ultra96: ultra96 }));
    window = await session.window('resnet.ts');
    await window.annotatedLine('tf.layers.conv2d(');
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(async () => {
    await session?.close();
    board?.close();
    await server?.close();
  });

  it('asks where and what, and shows how it goes', async () => {
    await window.codeLens('Measure').click();
    const row = (text: string) => window.page.locator('.quick-input-list .monaco-list-row', { hasText: text }).first();
    await row('This machine').waitFor();
    await row('Ultra96').click();
    await row('weight gradient').waitFor();
    await window.page
      .locator('.quick-input-widget:visible .quick-input-action a, .quick-input-widget:visible a.monaco-button')
      .first()
      .click();
    await window.answer('fp32');
    await toast().waitFor();
    await toast().getByText('conv2d_Conv2D1 forward fp32', { exact: false }).waitFor();
    await window.screenshot('measuring-progress-light');
  });

  it('stands at the line and in the views as soon as it is measured, beside its estimate', async () => {
    const annotation = await eventually(
      async () => {
        const line = await window.annotatedLine('tf.layers.conv2d(');
        return line.annotation.includes('Ultra96') ? line.annotation : undefined;
      },
      'a measured figure behind the convolutions',
      120_000,
    );
    const [, millijoules, percent] = /^\s*~\S+ \S+ ×9 · (\d+) mJ Ultra96 \+(\d+(?:\.\d)?) % \(/.exec(annotation) ?? [];
    const [figure] = new MeasurementStore(session.workspace).list()[0]!.rows as FigureRow[];
    expect(Number(millijoules)).toBe(Number((figure!.energyJ * 1000).toPrecision(3)));
    // The fake's truth, within three standard errors as measured, which must say something; the estimate is exact.
    expect(Math.abs(figure!.energyJ - trueJ)).toBeLessThan(3 * figure!.standardErrorJ! + 0.01 * trueJ);
    expect(figure!.standardErrorJ!).toBeLessThan(0.1 * trueJ);
    expect(Math.abs(Number(percent) - 100 * ((1.17 * figure!.energyJ) / trueJ - 1))).toBeLessThan(1);
    await toast().waitFor();

    await window.runCommand('E2-Train: Show Layers');
    await window.treeRow(/Ultra96/).waitFor();
    await window.page.locator('.pane-header', { hasText: 'Measurements' }).first().click();
    const file = window.treeRow('resnet.ts on Ultra96');
    await file.waitFor();
    expect(await file.textContent()).toMatch(/Ultra96 · \d{4}-\d\d-\d\d · figures: \d+ · running or broken off/);
    await window.screenshot('measuring-line-light');
  });

  it('can be cancelled, and keeps what it has', async () => {
    await toast().hover();
    await toast().getByRole('button', { name: 'Cancel' }).click();
    await window.notification(/The measurement on Ultra96 is not complete; figures kept: \d+\. Cancelled after \d+ of \d+\./).waitFor();
    const [kept] = new MeasurementStore(session.workspace).list();
    expect(kept).toMatchObject({ state: 'partial', title: 'resnet.ts on Ultra96' });
    expect(kept!.rows.length).toBeGreaterThan(0);
    await window.treeRow('resnet.ts on Ultra96').locator('.monaco-tl-twistie').click();
    await window.treeRow(/1\d\d mJ ± .* · forward · fp32/).waitFor();
    await window.screenshot('measuring-kept-light');
    await window.setTheme('Default Dark Modern');
    const text = await window.hover('conv2d', 'Ultra96');
    for (const words of ['forward', 'fp32', 'measured', '5 × 2']) expect(text).toContain(words);
    await window.screenshot('measuring-kept-dark');
    await window.page.keyboard.press('Escape');
    const annotation = (await window.annotatedLine('tf.layers.conv2d(')).annotation;
    expect(annotation).toContain('Ultra96 +');
    // Nothing goes on at the board.
    const ran = board.loads.length;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(board.loads.length).toBeLessThanOrEqual(ran + 1);
  });
});
