import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { chooseOption } from './choose-option';
import { eventually } from './eventually';
import { tellFailure } from './failure';
import { RunRecords } from './run-records';
import { Session } from './session';
import type { WorkbenchPage } from './workbench-page';

describe('fine-tuning from a finished run', () => {
  let session: Session;
  let window: WorkbenchPage;
  let records: RunRecords;
  let first: { id: string; directory: string };

  const finishedAfter = (before?: { id: string }) =>
    eventually(async () => {
      const { run, state } = records;
      return state === 'finished' && run.id === records.run.id && run.id !== before?.id ? run : undefined;
    }, 'a finished run');
  const firstLoss = () => records.iterations().find(({ loss }) => loss !== undefined)!.loss!;

  beforeAll(async () => {
    session = await Session.open({ settings: { 'e2train.training.iterations': 60, 'e2train.training.batchSize': 32 } });
    records = new RunRecords(session.workspace);
    window = await session.window('resnet.ts');
    await window.showSidebar();
    await window.saversView();
    await window.codeLens('Train').click();
    first = await finishedAfter();
  });
  afterEach((context) => tellFailure(context, session, window));
  afterAll(() => session?.close());

  it('is offered for the run, and the Savers view shows whose weights the next one begins with', async () => {
    await window.treeRow(/resnet\.ts.*test/).waitFor();
    await window.runCommand('E2-Train: Fine-Tune from This Run');
    const savers = await window.saversView();
    const weights = savers.locator('#startFrom');
    await weights.waitFor();
    await eventually(
      async () =>
        (await weights.evaluate((select: HTMLSelectElement) => select.value)) === join(first.directory, 'model') ? true : undefined,
      'the run’s weights as the choice',
    );
    await weights.scrollIntoViewIfNeeded();
    await window.screenshot('fine-tuning-light');
    await window.setTheme('Default Dark Modern');
    await window.screenshot('fine-tuning-dark');
    await window.setTheme('Default Light Modern');
  });

  it('begins where the finished run ended', async () => {
    const lossOfNew = firstLoss();
    const savers = await window.saversView();
    await savers.locator('vscode-button', { hasText: 'Train' }).click();
    const second = await finishedAfter(first);
    expect(second.read().configuration.startFrom).toBe(join(first.directory, 'model'));
    expect(firstLoss()).toBeLessThan(0.75 * lossOfNew);
  });

  it('is given up with another network, which has weights of its own', async () => {
    const savers = await window.saversView();
    // The record ends before the view has heard of it, and until then the form is the run's.
    await savers.locator('vscode-button', { hasText: 'Train' }).waitFor();
    const models = savers.locator('#model');
    const resnet8 = models.locator('vscode-option', { hasText: /^ResNet-8$/ });
    await chooseOption(models, await resnet8.evaluate((option: HTMLOptionElement) => option.value));
    await savers.locator('#startFrom').waitFor({ state: 'hidden' });
    await savers.locator('vscode-button', { hasText: 'Train' }).click();
    await eventually(
      async () => (records.run.read().configuration.model.kind === 'builtin' ? true : undefined),
      'a run of the other network',
    );
    expect(records.run.read().configuration).not.toHaveProperty('startFrom');
  });
});
