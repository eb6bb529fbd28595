import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { builtinProfiles } from '../../src/energy/device-profile';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

const longAgo = new Date('2000-01-01T00:00:00Z');

/** A model that reads a file while it is loaded, which leaves a mark: the file's time of access. */
const markingModel = `import * as tf from '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';

const units = Number(readFileSync(new URL('./units.txt', 'file://' + process.argv[1]), 'utf8'));

export const model = tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [784] })] });
`;

describe('a workspace that is not trusted', () => {
  let session: Session;
  let window: WorkbenchPage;
  let mark: string;

  /** Device profiles that the picker offers; neither those of the workspace are read nor new ones made without trust. */
  const profilesToChoose = async () => {
    await window.runCommand('E2-Train: Choose Device Profile');
    const rows = window.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'asic-45nm' }).first().waitFor();
    // The first label of a row is its name, the second its description.
    const names = await rows.evaluateAll((all) => all.map((row) => row.querySelector('.label-name')?.textContent));
    await window.page.keyboard.press('Escape');
    return names;
  };
  const wasRun = () => statSync(mark).atimeMs > longAgo.getTime();

  beforeAll(async () => {
    session = await Session.open({ workspaceTrust: true });
    writeFileSync(join(session.workspace, 'marking.mjs'), markingModel);
    mkdirSync(join(session.workspace, '.e2train', 'profiles'), { recursive: true });
    writeFileSync(join(session.workspace, '.e2train', 'profiles', 'mine.json'), JSON.stringify({ ...builtinProfiles[0], name: 'mine' }));
    mark = join(session.workspace, 'units.txt');
    writeFileSync(mark, '7\n');
    utimesSync(mark, longAgo, longAgo);
    window = await session.window();
    await window.page.getByText("No, I don't trust the authors").click();
    await window.openFile('marking.mjs');
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  it('is told why no energy is shown, above the model and in each view', async () => {
    await window.codeLens('no energy shown until you trust this workspace').waitFor();
    await window.showSidebar();
    await window.page.getByText('its file must be run, and that needs your trust').waitFor();
    await window.page.getByText('E2-Train trains nothing until you trust this workspace').waitFor();
    const savers = await window.webview('.form');
    await savers.getByText('E2-Train runs nothing until you trust this workspace.').first().waitFor();
    expect(await savers.locator('vscode-button', { hasText: 'Train' }).getAttribute('disabled')).not.toBeNull();
    await window.screenshot('untrusted-light');
  });

  it('has nothing of it run: neither the model file nor a backend', async () => {
    await window.openFile('resnet.ts');
    await window.codeLens('no energy shown until you trust this workspace').waitFor();
    expect((await window.lines()).every(({ annotation }) => annotation === '')).toBe(true);
    expect(await profilesToChoose()).toEqual(['asic-45nm', 'eyeriss-65nm']);
    expect(wasRun()).toBe(false);
    expect(backendsOf(session)).toEqual([]);
  });

  it('shows the energy as soon as trust is granted, without a reload', async () => {
    await window.openFile('marking.mjs');
    await window.codeLens('no energy shown until you trust this workspace').click();
    await window.page.locator('.workspace-trust-editor').getByText('Trust', { exact: true }).first().click();
    await window.openFile('marking.mjs');
    await eventually(async () => (wasRun() ? true : undefined), 'a look at the model file');
    // 784 inputs to the 7 units that the file told.
    expect((await window.annotatedLine('tf.layers.dense(')).annotation).toMatch(/5\.49 k MACs|5488 MACs/);
    await window.codeLens('Train').waitFor();
    expect(await window.codeLens('until you trust').isVisible()).toBe(false);
    expect(backendsOf(session)).toHaveLength(1);
    expect(await profilesToChoose()).toContain('mine');
  });
});

/** Processes of the extension that is installed in the session, by their command line. */
function backendsOf(session: Session): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((id) => {
      try {
        return readFileSync(join('/proc', id, 'cmdline'), 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((command) => command.includes(session.directory) && command.includes('dist/backend.js'));
}
