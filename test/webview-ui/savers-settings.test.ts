import { expect, test } from 'vitest';
import { runConfigurationSchema } from '../../src/protocol/configuration';
import { Draft } from '../../webview-ui/savers/draft';
import { readNumber } from '../../webview-ui/savers/field-range';
import { liveConfiguration } from '../../webview-ui/savers/live-configuration';
import { runSummary } from './fake-backend';

const configuration = runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } });

test('a field outside its range is answered with its name and what may stand there', () => {
  expect(readNumber('batchSize', '0')).toEqual({ problem: 'Batch size must be a whole number from 1 to 4,096.' });
  expect(readNumber('batchSize', '2.5')).toEqual({ problem: 'Batch size must be a whole number from 1 to 4,096.' });
  expect(readNumber('iterations', '')).toEqual({ problem: 'Iterations must be a whole number from 1 to 10,000,000.' });
  expect(readNumber('learningRate', 'abc')).toEqual({ problem: 'Learning rate must be a number from 0 to 10.' });
  expect(readNumber('dropProbability', '0.96')).toEqual({ problem: 'Drop probability must be a number from 0 to 0.95.' });
  expect(readNumber('learningRate', '0.05')).toEqual({ value: 0.05 });
});

test('only what differs and can be tuned becomes a tuning, once', () => {
  const draft = new Draft();
  draft.take(configuration, 'live', 0);
  draft.change({ batchSize: 8, seed: 3 });
  expect(draft.takeTuning()).toBeUndefined();
  draft.changeSaver('smd', { enabled: true });
  draft.change({ iterations: 77, learningRate: 0.01 });
  expect(draft.takeTuning()).toEqual({ iterations: 77, learningRate: 0.01, smd: { enabled: true } });
  expect(draft.takeTuning()).toBeUndefined();
  draft.changeSaver('smd', { scheduleStretch: 2 });
  draft.change({ savers: { ...draft.configuration!.savers, baseline: 'signsgd' } });
  expect(draft.takeTuning()).toEqual({ baseline: 'signsgd', smd: { scheduleStretch: 2 } });
  draft.changeSaver('swa', { enabled: true, startShare: 0.5 });
  expect(draft.takeTuning()).toEqual({ swa: { enabled: true, startShare: 0.5 } });
});

test('what was chosen before a run began is no tuning of it', () => {
  const draft = new Draft();
  draft.take(configuration, undefined, 0);
  const chosen = draft.changeSaver('slu', { enabled: true });
  const { number } = draft.takeUnsent()!;
  draft.take(chosen, undefined, number);
  expect(draft.take(chosen, 'live', number)).toBe(false);
  draft.changeSaver('slu', { skipRatio: 0.7 });
  expect(draft.takeTuning()).toEqual({ slu: { skipRatio: 0.7 } });
});

test('the form follows the host between runs and is left alone where it already shows the same', () => {
  const draft = new Draft();
  expect(draft.take(configuration, undefined, 0)).toBe(true);
  expect(draft.take(configuration, undefined, 0)).toBe(false);
  draft.change({ iterations: 5 });
  const { number } = draft.takeUnsent()!;
  expect(draft.take({ ...configuration, iterations: 5 }, undefined, number)).toBe(false);
  expect(draft.take({ ...configuration, iterations: 9 }, undefined, number)).toBe(true);
  expect(draft.configuration?.iterations).toBe(9);
});

test('settings that come back from the host do not undo what the person changed meanwhile', () => {
  const draft = new Draft();
  draft.take(configuration, undefined, 0);
  const first = draft.change({ iterations: 10 });
  expect(draft.takeUnsent()).toEqual({ number: 1, changes: { iterations: 10 } });
  const second = draft.change({ iterations: 20 });
  expect(draft.takeUnsent()).toEqual({ number: 2, changes: { iterations: 20 } });
  draft.change({ iterations: 30 });
  expect(draft.take(first, undefined, 1)).toBe(false);
  expect(draft.take(second, undefined, 2)).toBe(false);
  expect(draft.configuration?.iterations).toBe(30);
  expect(draft.takeUnsent()).toEqual({ number: 3, changes: { iterations: 30 } });
  expect(draft.takeUnsent()).toBeUndefined();
  expect(draft.take(first, undefined, 3)).toBe(true);
});

test('what the host changes meanwhile, such as the model that it follows, and what the person changed both hold', () => {
  const draft = new Draft();
  draft.take(configuration, undefined, 0);
  draft.change({ engine: 'wasm' });
  const model = { kind: 'file', path: '/model.ts' } as const;
  expect(draft.take({ ...configuration, model }, undefined, 0)).toBe(true);
  expect(draft.configuration).toEqual({ ...configuration, model, engine: 'wasm' });
  expect(draft.takeUnsent()).toEqual({ number: 1, changes: { engine: 'wasm' } });
  // The host changes something before the change has reached it.
  expect(draft.take({ ...configuration, model, seed: 7 }, undefined, 0)).toBe(true);
  expect(draft.configuration).toEqual({ ...configuration, model, seed: 7, engine: 'wasm' });
});

test('what the person tunes in a live run is not moved back by a late figure, and the next run’s settings come back after it', () => {
  const draft = new Draft();
  draft.take(configuration, undefined, 0);
  expect(draft.take({ ...configuration, iterations: 100 }, 'live', 0)).toBe(true);
  draft.changeSaver('smd', { enabled: true, dropProbability: 0.7 });
  expect(draft.take({ ...configuration, iterations: 101 }, 'live', 0)).toBe(false);
  expect(draft.configuration?.savers.smd.dropProbability).toBe(0.7);
  expect(draft.take(configuration, undefined, 0)).toBe(true);
  expect(draft.configuration).toEqual(configuration);
});

test('a live run is shown with the settings it has now, not those it started with', () => {
  expect(liveConfiguration(runSummary('r'))).toEqual(runSummary('r').run.configuration);
  const { savers } = configuration;
  const settings = {
    learningRate: 0.02,
    iterations: 300,
    savers: { ...savers, smd: { ...savers.smd, enabled: true, dropProbability: 0.6 } },
  };
  const prediction = {
    type: 'prediction',
    iteration: 10,
    plannedIterations: 400,
    energyJ: 1,
    baselineEnergyJ: 1,
    seconds: 1,
    settings,
  } as const;
  expect(liveConfiguration(runSummary('r', { prediction }))).toEqual({ ...runSummary('r').run.configuration, ...settings });
});
