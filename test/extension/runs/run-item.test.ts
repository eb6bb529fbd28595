import { describe, expect, it } from 'vitest';
import { newestFirst, runItem } from '../../../src/extension/runs/run-item';
import { withLastLoss } from '../../../src/extension/runs/run-progress';
import { failedStatus, idleStatus, liveStatus } from '../../../src/extension/runs/status-text';
import { runConfigurationSchema } from '../../../src/protocol/configuration';
import type { RunState } from '../../../src/protocol/records';
import type { RunSummary } from '../../../src/protocol/runs';

function summary(state: RunState, change: Partial<RunSummary> = {}): RunSummary {
  return {
    run: {
      format: 1,
      id: 'a',
      title: 'resnet8 · SMD 0.5',
      created: '2024-05-01T10:00:00.000Z',
      configuration: runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } }),
      state,
      resumes: [],
    },
    directory: '/project/.e2train/runs/a',
    ours: true,
    resumable: false,
    lastSequence: 9,
    plannedIterations: 200,
    iteration: {
      type: 'iteration',
      iteration: 85,
      executed: true,
      loss: 0.914,
      accuracy: 0.7,
      learningRate: 0.1,
      dropProbability: 0.5,
      seconds: 8,
      imagesPerSecond: 640,
      iterationsExecuted: 45,
      iterationsDropped: 40,
      energyJ: 12.04,
      baselineEnergyJ: 22.7,
    },
    ...change,
  };
}

describe('a row of the Runs view', () => {
  it('tells progress, metrics and main parameters of a live run', () => {
    const item = runItem(summary('training'));
    expect(item.label).toBe('resnet8 · SMD 0.5');
    expect(item.description).toBe('42 % · loss 0.91 · ~12.0 J · batch 64 · rate 0.1');
    expect(item.contextValue).toBe('run stoppable');
  });

  it('shows that a long run moves before its first per cent, and is whole only when all is done', () => {
    expect(runItem(summary('training', { plannedIterations: 20_000 })).description).toMatch(/^0\.4 % · /);
    expect(runItem(summary('training', { plannedIterations: 86 })).description).toMatch(/^98 % · /);
  });

  it('keeps the last computed loss while iterations are dropped', () => {
    const before = summary('training');
    const { loss: _, ...dropped } = before.iteration!;
    const after = summary('training', { iteration: { ...dropped, executed: false, iteration: 86 } });
    expect(runItem(withLastLoss(after, before)).description).toContain('loss 0.91');
    expect(runItem(withLastLoss(after, undefined)).description).not.toContain('loss');
  });

  it('cannot be steered when another window owns the run', () => {
    const item = runItem(summary('training', { ours: false }));
    expect(item.description).toContain('in another window');
    expect(item.contextValue).toBe('run');
  });

  it('can be resumed and deleted once it has ended', () => {
    expect(runItem(summary('stopped', { resumable: true })).contextValue).toBe('run resumable deletable');
    expect(runItem(summary('finished')).contextValue).toBe('run trained deletable');
    expect(runItem(summary('stopping')).contextValue).toBe('run');
  });

  it('gives the reason of a failure to the eye and to the screen reader', () => {
    const failed = summary('failed');
    const item = runItem({ ...failed, run: { ...failed.run, reason: 'The disk is full.' } });
    expect(item.tooltip).toContain('The disk is full.');
    expect(item.accessibilityLabel).toContain('The disk is full.');
  });

  it('shows what comes from outside as code, never as Markdown', () => {
    const evil = summary('finished');
    const item = runItem({ ...evil, run: { ...evil.run, title: 'x` [a](command:b) | c' } });
    expect(item.tooltip).toContain('`xʼ [a](command:b) ¦ c`');
  });
});

describe('newestFirst', () => {
  it('orders by the time of creation', () => {
    const older = summary('finished');
    const newer = { ...older, run: { ...older.run, id: 'b', created: '2024-06-01T10:00:00.000Z' } };
    expect(newestFirst([older, newer]).map(({ run }) => run.id)).toEqual(['b', 'a']);
  });
});

describe('the status bar', () => {
  it('shows progress, loss and energy of the live run', () => {
    expect(liveStatus(summary('training')).text).toBe('$(zap) 42 % · 0.91 · 12.0 J');
  });

  it('says what goes on before the first iteration', () => {
    expect(liveStatus(summary('preparing', { iteration: undefined })).text).toBe('$(zap) preparing');
  });

  it('never says 100 % before all is done', () => {
    const almost = summary('training', { plannedIterations: 86 });
    expect(liveStatus({ ...almost, plannedIterations: 8501, iteration: { ...almost.iteration!, iteration: 8500 } }).text).toContain('99 %');
  });

  it('shows the device profile when nothing trains, and a broken backend', () => {
    expect(idleStatus('asic-45nm', undefined).text).toBe('$(zap) asic-45nm');
    const broken = idleStatus('mine', 'mine.json is no JSON.');
    expect(broken).toMatchObject({ text: '$(warning) mine', tooltip: 'mine.json is no JSON. Click to choose another device profile.' });
    expect(failedStatus('It died.').tooltip).toBe('It died. Click to restart it.');
  });
});
