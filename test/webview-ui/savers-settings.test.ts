import { expect, test } from 'vitest';
import { runConfigurationSchema } from '../../src/protocol/configuration';
import { Draft, tuningBetween } from '../../webview-ui/savers/draft';
import { readNumber } from '../../webview-ui/savers/field-range';
import { liveConfiguration } from '../../webview-ui/savers/live-configuration';
import { iterationRecord, runSummary } from './fake-backend';

const configuration = runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } });

test('a field outside its range is answered with its name and what may stand there', () => {
  expect(readNumber('batchSize', '0')).toEqual({ problem: 'Batch size must be a whole number from 1 to 4,096.' });
  expect(readNumber('batchSize', '2.5')).toEqual({ problem: 'Batch size must be a whole number from 1 to 4,096.' });
  expect(readNumber('iterations', '')).toEqual({ problem: 'Iterations must be a whole number from 1 to 10,000,000.' });
  expect(readNumber('learningRate', 'abc')).toEqual({ problem: 'Learning rate must be a number from 0 to 10.' });
  expect(readNumber('dropProbability', '0.96')).toEqual({ problem: 'Drop probability must be a number from 0 to 0.95.' });
  expect(readNumber('learningRate', '0.05')).toEqual({ value: 0.05 });
});

test('only what differs and can be tuned becomes a tuning', () => {
  const draft = new Draft();
  draft.take(configuration, undefined);
  expect(tuningBetween(configuration, draft.change({ batchSize: 8, seed: 3 }))).toBeUndefined();
  expect(tuningBetween(configuration, draft.changeSmd({ enabled: true }))).toEqual({ smd: { enabled: true } });
  expect(tuningBetween(configuration, draft.change({ iterations: 77, learningRate: 0.01 }))).toEqual({
    iterations: 77,
    learningRate: 0.01,
    smd: { enabled: true },
  });
});

test('the form follows the host between runs and is left alone where it already shows the same', () => {
  const draft = new Draft();
  expect(draft.take(configuration, undefined)).toBe(true);
  expect(draft.take(configuration, undefined)).toBe(false);
  draft.change({ iterations: 5 });
  expect(draft.take({ ...configuration, iterations: 5 }, undefined)).toBe(false);
  expect(draft.take({ ...configuration, iterations: 9 }, undefined)).toBe(true);
  expect(draft.configuration?.iterations).toBe(9);
});

test('settings that come back from the host do not undo what the person changed meanwhile', () => {
  const draft = new Draft();
  draft.take(configuration, undefined);
  const first = draft.change({ iterations: 10 });
  draft.sent();
  const second = draft.change({ iterations: 20 });
  draft.sent();
  draft.change({ iterations: 30 });
  expect(draft.take(first, undefined)).toBe(false);
  expect(draft.take(second, undefined)).toBe(false);
  expect(draft.configuration?.iterations).toBe(30);
  expect(draft.take(first, undefined)).toBe(true);
});

test('what the person tunes in a live run is not moved back by a late figure, and the next run’s settings come back after it', () => {
  const draft = new Draft();
  draft.take(configuration, undefined);
  expect(draft.take({ ...configuration, iterations: 100 }, 'live')).toBe(true);
  draft.changeSmd({ enabled: true, dropProbability: 0.7 });
  expect(draft.take({ ...configuration, iterations: 101 }, 'live')).toBe(false);
  expect(draft.configuration?.savers.smd.dropProbability).toBe(0.7);
  expect(draft.take(configuration, undefined)).toBe(true);
  expect(draft.configuration).toEqual(configuration);
});

test('a live run is shown with the settings it has now, not those it started with', () => {
  const { record } = iterationRecord(10);
  if (record.type !== 'iteration') throw new Error('not an iteration');
  const live = runSummary('r', { iteration: { ...record, dropProbability: 0.6 }, plannedIterations: 400 });
  const now = liveConfiguration(live, { tuned: { runId: 'r', learningRate: 0.02 } });
  expect(now.savers.smd).toMatchObject({ enabled: true, dropProbability: 0.6 });
  expect(now.iterations).toBe(300); // 400 planned at the default stretch of 4/3
  expect(now.learningRate).toBe(0.02);
  const off = liveConfiguration(runSummary('r', { iteration: { ...record, dropProbability: 0 }, plannedIterations: 400 }), {});
  expect(off.savers.smd.enabled).toBe(false);
  expect(off.iterations).toBe(400);
  expect(off.learningRate).toBe(0.1);
});
