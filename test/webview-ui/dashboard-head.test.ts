import { expect, test } from 'vitest';
import { describeConnection } from '../../webview-ui/dashboard/connection-text';
import { describeState, headlineFigures, hostEnergyInWords } from '../../webview-ui/dashboard/figures';
import { RunList } from '../../webview-ui/dashboard/run-list';
import { iterationRecord, runSummary } from './fake-backend';

const { record } = iterationRecord(100);
if (record.type !== 'iteration') throw new Error('not an iteration');

test('every headline figure says its kind, also when there is no figure yet', () => {
  for (const summary of [runSummary('r'), runSummary('r', { iteration: record })]) {
    for (const { label, kind } of headlineFigures(summary)) expect(`${label}: ${kind}`).toMatch(/: .+/);
  }
  expect(headlineFigures(runSummary('r')).every(({ value }) => value === '–')).toBe(true);
});

test('energy is estimated, and the time to the end is what the prediction leaves', () => {
  const prediction = {
    type: 'prediction',
    iteration: 100,
    plannedIterations: 200,
    energyJ: 300,
    baselineEnergyJ: 400,
    seconds: 130,
  } as const;
  const figures = headlineFigures(runSummary('r', { iteration: record, prediction }));
  const figure = (label: string) => figures.find((one) => one.label === label);
  expect(figure('Energy so far')).toMatchObject({ value: '100 J', kind: 'estimated, profile asic-45nm' });
  expect(figure('Saved so far')).toMatchObject({ value: '50 %' });
  expect(figure('Time to the end')).toMatchObject({ value: '30 s' });
});

test('a live run has eight figures and one at rest six, so that rows of two, three or four are full', () => {
  const live = runSummary('r', { iteration: record });
  expect(headlineFigures(live)).toHaveLength(8);
  const figures = headlineFigures({ ...live, run: { ...live.run, state: 'finished' } });
  expect(figures).toHaveLength(6);
  expect(figures.at(-1)).toMatchObject({ label: 'Time taken', value: '1 min 40 s', kind: 'measured, without pauses' });
});

test('the speed is the mean of what was executed, so that a dropped iteration does not blank it', () => {
  const dropped = { ...record, executed: false, imagesPerSecond: 0, iterationsExecuted: 40, iterationsDropped: 60, seconds: 8 };
  const summary = runSummary('r', { iteration: dropped });
  const { batchSize } = summary.run.configuration;
  const speed = headlineFigures(summary).find(({ label }) => label === 'Speed');
  expect(speed).toMatchObject({ value: `${(40 * batchSize) / 8}/s`, kind: 'images, measured mean of the run' });
});

test('with SWA the headline accuracy is that of the averaged weights, the last ones come second', () => {
  const evaluation = { type: 'evaluation', iteration: 100, images: 1000, loss: 1, accuracy: 0.834, energyJ: 1 } as const;
  const averaged = { ...evaluation, averagedWeights: 12, lastIterate: { loss: 2, accuracy: 0.785 } };
  const figure = headlineFigures(runSummary('r', { iteration: record, evaluation: averaged })).find(
    ({ label }) => label === 'Test accuracy',
  );
  expect(figure).toEqual({
    label: 'Test accuracy',
    value: '83.4 %',
    kind: 'measured on 1,000 images at iteration 100, weights averaged (SWA); last ones 78.5 %',
  });
});

test('a failed run shows its reason, and a run of another window says whose it is', () => {
  const failed = runSummary('r');
  expect(describeState({ ...failed, run: { ...failed.run, state: 'failed', reason: 'The disk is full.' } })).toBe(
    'Failed · The disk is full.',
  );
  expect(describeState(runSummary('r', { ours: false, iteration: record }))).toBe(
    'Training · iteration 100 of 1,000 · run by another window, which can stop it',
  );
});

test('a page that waits says for what, and one that waits in vain says so', () => {
  expect(describeConnection(undefined, false)).toMatchObject({ broken: false, banner: expect.stringContaining('Asking the editor') });
  expect(describeConnection(undefined, true)).toMatchObject({ broken: true, banner: expect.stringContaining('has not answered') });
  expect(describeConnection({ kind: 'open', route: 'relay' }, false)).toEqual({ broken: false });
  expect(describeConnection({ kind: 'broken', reason: 'It is gone.', retryMs: 2000 }, false)).toEqual({
    broken: true,
    banner: 'No live figures: It is gone. Trying again in 2 s.',
  });
});

test('the run to show is the wanted one, else the newest live one, else the newest', () => {
  const at = (id: string, created: string, state: 'training' | 'finished') => {
    const summary = runSummary(id);
    return { ...summary, run: { ...summary.run, created, state } };
  };
  const runs = new RunList();
  runs.replace([at('old', '2026-01-01T00:00:00Z', 'training'), at('new', '2026-01-03T00:00:00Z', 'finished')]);
  expect(runs.choose('old')).toBe('old');
  expect(runs.choose('gone')).toBe('old');
  runs.remove('old');
  expect(runs.choose()).toBe('new');
  runs.remove('new');
  expect(runs.choose()).toBeUndefined();
});

test('what the computer drew is a sentence of its own, apart from the estimate', () => {
  const rails = [{ name: 'package-0', kind: 'rapl' as const, energyJ: 1200 }];
  const measured = { kind: 'measured' as const, energyJ: 1200, seconds: 60, rails, samples: 600, gaps: 0 };
  expect(headlineFigures(runSummary('r', { iteration: record, hostEnergy: measured }))[0]).toMatchObject({
    value: '100 J',
    kind: 'estimated, profile asic-45nm',
  });
  expect(hostEnergyInWords(measured)).toBe('This computer drew 1.20 kJ meanwhile, measured.');
  expect(hostEnergyInWords({ kind: 'unavailable', reason: 'it has no meter' })).toBe(
    'What this computer drew is unavailable, because it has no meter.',
  );
  expect(hostEnergyInWords(undefined)).toBeUndefined();
});
