import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DashboardPage } from './dashboard-page';
import { eventually } from './eventually';
import { RunRecords } from './run-records';
import { Session } from './session';

/** `npm run picture`: takes the README's picture from a real run in a real VS Code, into media/screenshot.png. */

const project = join(__dirname, '..', '..');

async function takePicture(): Promise<void> {
  const session = await Session.open({
    settings: {
      'e2train.training.iterations': 600,
      'e2train.training.batchSize': 32,
      'e2train.savers.smd.enabled': true,
      'workbench.colorTheme': 'Default Light Modern',
      'editor.fontSize': 12,
      'breadcrumbs.enabled': false,
    },
  });
  try {
    // A person's project has TensorFlow.js installed, so that the editor knows its types.
    mkdirSync(join(session.workspace, 'node_modules'));
    symlinkSync(join(project, 'node_modules', '@tensorflow'), join(session.workspace, 'node_modules', '@tensorflow'));
    const window = await session.window('resnet.ts', { width: 1720, height: 1000 });
    await window.showSidebar();
    await window.annotatedLine('tf.layers.conv2d(');
    await window.codeLens('Train').click();
    const dashboard = await DashboardPage.of(window);
    const records = new RunRecords(session.workspace);
    await eventually(async () => (records.iterations().length > 350 ? true : undefined), 'half of the run', 180_000);
    await dashboard.progress(/^Training/).waitFor();
    await window.page.screenshot({ path: join(project, 'media', 'screenshot.png') });
  } finally {
    await session.close();
  }
}

void takePicture();
