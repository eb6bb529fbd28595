import { describe, expect, it } from 'vitest';
import { Random } from '../../src/platform/random';
import { type RunConfiguration, runConfigurationSchema } from '../../src/protocol/configuration';
import { planIterations } from '../../src/training/iteration-plan';
import { scheduledLearningRate } from '../../src/training/learning-rate-schedule';
import { dropProbabilityOf, intervalOf, liveSettings, tuned } from '../../src/training/live-settings';
import { MiniBatchDropping } from '../../src/training/mini-batch-dropping';
import { predictEnd } from '../../src/training/predict-end';

const configuration = runConfigurationSchema.parse({
  model: { kind: 'builtin', name: 'resnet8' },
  iterations: 300,
  savers: { smd: { enabled: true, dropProbability: 0.5 } },
});

describe('the learning rate', () => {
  const rates = (schedule: RunConfiguration['learningRateSchedule'], swa: Partial<RunConfiguration['savers']['swa']> = {}) => {
    const settings = liveSettings(runConfigurationSchema.parse({ ...configuration, savers: { swa } }));
    return Array.from({ length: 8 }, (_, index) => scheduledLearningRate(schedule, settings, 0.5, index + 1, 8));
  };
  const steps = [0.5, 0.5, 0.5, 0.5, 0.05, 0.05, 0.005, 0.005];

  it('is divided by 10 after one half and again after three quarters of the planned iterations', () => {
    expect(rates('auto')).toEqual(steps);
    expect(rates('steps')).toEqual(steps);
  });

  it('falls once, by SWA’s factor, where weights are averaged, unless the person says otherwise', () => {
    const swa = { enabled: true, learningRateFactor: 0.5 };
    expect(rates('auto', swa)).toEqual([0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25]);
    expect(rates('steps', swa)).toEqual(steps);
    expect(rates('constant', swa)).toEqual(Array(8).fill(0.5));
    expect(rates('auto', { ...swa, enabled: false })).toEqual(steps);
  });
});

describe('mini-batch dropping', () => {
  it('drops the share of iterations that it is asked for', () => {
    const dropping = new MiniBatchDropping(new Random(1, 'dropping'));
    let dropped = 0;
    for (let i = 0; i < 10_000; i++) if (dropping.dropsNext({ enabled: true, dropProbability: 0.3 })) dropped += 1;
    // Binomial: standard deviation 46.
    expect(Math.abs(dropped - 3000)).toBeLessThan(5 * 46);
  });

  it('drops nothing while off, and what it drops later does not depend on when it was on', () => {
    const always = new MiniBatchDropping(new Random(1, 'dropping'));
    const late = new MiniBatchDropping(new Random(1, 'dropping'));
    const on = { enabled: true, dropProbability: 0.5 };
    for (let i = 0; i < 50; i++) {
      always.dropsNext(on);
      expect(late.dropsNext({ ...on, enabled: false })).toBe(false);
    }
    for (let i = 0; i < 50; i++) expect(late.dropsNext(on)).toBe(always.dropsNext(on));
  });
});

describe('live settings', () => {
  const settings = liveSettings(configuration);

  it('change where a tuning says so and stay elsewhere', () => {
    const changed = tuned(settings, { smd: { dropProbability: 0.8 }, iterations: 500 });
    expect(changed).toEqual({
      learningRate: 0.1,
      iterations: 500,
      savers: { ...configuration.savers, smd: { enabled: true, dropProbability: 0.8, scheduleStretch: 4 / 3 } },
    });
    expect(tuned(settings, { swa: { enabled: true, every: 9 } }).savers).toEqual({
      ...configuration.savers,
      swa: { ...configuration.savers.swa, enabled: true, every: 9 },
    });
    expect(dropProbabilityOf(tuned(changed, { smd: { enabled: false } }))).toBe(0);
  });

  it('give the interval of what is done so many times a run, SMD’s stretched schedule counted', () => {
    expect(intervalOf(0, 10, planIterations(settings).planned)).toBe(40);
    expect(intervalOf(7, 10, 400)).toBe(7);
    expect(intervalOf(0, 20, 3)).toBe(1);
  });

  it('predict the end from what has run and what each remaining iteration costs on average', () => {
    const record = predictEnd({
      iteration: 100,
      ...{ settings, plan: planIterations(settings) },
      energyJ: 60,
      baselineEnergyJ: 75,
      seconds: 12,
      ...{ iterationJ: 1, baselineIterationJ: 1 },
      iterationSeconds: 0.2,
      evaluationSeconds: 1,
      evaluateEvery: 100,
    });
    // 300 · 4/3 planned, 300 remain, half of them executed, each 3/4 of a nominal one, 3 evaluations.
    expect(record).toEqual({
      type: 'prediction',
      iteration: 100,
      plannedIterations: 400,
      energyJ: 60 + 150,
      baselineEnergyJ: 75 + 225,
      seconds: 12 + 150 * 0.2 + 3,
      settings,
    });
  });
});
