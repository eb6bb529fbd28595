import { expect, test } from 'vitest';
import { leftModel, trainedModel } from '../../../src/extension/savers/trained-models';
import { runSummary } from '../../webview-ui/fake-backend';

test('only a run that came to its end leaves a model to begin with, called by its run, accuracy and time', () => {
  const run = runSummary('r');
  const finished = { ...run, run: { ...run.run, state: 'finished' as const, ended: '2024-05-01T10:00:00.000Z' } };
  const stopped = { ...run, run: { ...run.run, state: 'stopped' as const } };
  expect([finished, stopped].map(leftModel)).toEqual([true, false]);
  const { label, folder, model } = trainedModel(finished);
  expect(label.startsWith(run.run.title)).toBe(true);
  expect(label).toContain('24');
  expect(folder).toBe(`${run.directory}/model`);
  expect(model).toEqual(run.run.configuration.model);
});
