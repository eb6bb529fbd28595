import { describe, expect, it } from 'vitest';
import { type RunConfigurationInput, runConfigurationSchema } from '../../src/protocol/configuration';
import type { RunSummary } from '../../src/protocol/runs';
import { atEqualComputation, equalComputationInWords, plainCurve } from '../../src/runs/equal-computation';
import { accuracyAt } from '../../src/runs/plain-curve';
import { runSummary } from '../webview-ui/fake-backend';

const iterationMacs = 50;

/** A finished run of so many nominal iterations that computed a share of their MACs. */
function finished(
  id: string,
  accuracy: number,
  iterations: number,
  { share = 1, ...settings }: Partial<RunConfigurationInput> & { readonly share?: number } = {},
): RunSummary {
  const summary = runSummary(id);
  const configuration = runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' }, iterations, ...settings });
  return {
    ...summary,
    run: { ...summary.run, state: 'finished', configuration },
    evaluation: {
      ...{ type: 'evaluation', iteration: iterations, images: 100, loss: 1, accuracy, energyJ: 1 },
      macs: share * iterations * iterationMacs,
      baselineMacs: iterations * iterationMacs,
    },
  };
}

const smd = { savers: { smd: { enabled: true } } };
const plain = [finished('a', 0.7, 100), finished('b', 0.9, 400)];
const words = (run: RunSummary, others: readonly RunSummary[] = plain) =>
  equalComputationInWords(atEqualComputation(run, plainCurve(run, others)));

it('the accuracy of plain training is interpolated between its runs, and nothing is said beyond them', () => {
  const curve = [
    { cost: 1, accuracy: 0.9 },
    { cost: 0.25, accuracy: 0.7 },
  ];
  // Half is one of the two doublings from a quarter to the whole.
  expect(accuracyAt(curve, 0.5)).toBeCloseTo(0.8, 12);
  expect(accuracyAt(curve, 1)).toBe(0.9);
  expect(accuracyAt(curve, 0.2)).toBeUndefined();
  expect(accuracyAt(curve, 1.1)).toBeUndefined();
});

describe('a finished run beside plain training at equal computation', () => {
  it('is so many points above or below it', () => {
    // 200 iterations' worth: one of the two doublings from 100 to 400.
    expect(words(finished('r', 0.83, 400, { ...smd, share: 0.5 }))).toBe(
      'At equal computation 3.0 points above plain training (SMB): 83.0 % against 80.0 % of the test images. Seeds alone make a difference, too.',
    );
    expect(words(finished('r', 0.68, 100, { ...smd, share: 1 }))).toContain('2.0 points below plain training');
    expect(words(finished('r', 0.8, 400, { ...smd, share: 0.5 }))).toContain('At equal computation as accurate as plain training (SMB)');
  });

  it('is compared with the plain run of as many iterations where there is one, and with the mean of several', () => {
    const run = finished('r', 0.75, 133, { ...smd, share: 0.7512 });
    const others = [...plain, finished('c', 0.74, 100, { seed: 2 })];
    expect(atEqualComputation(run, plainCurve(run, others))).toMatchObject({
      kind: 'compared',
      plainAccuracy: 0.72,
    });
  });

  it('is compared with finished plain runs of the same network, data and settings alone', () => {
    const run = finished('r', 0.8, 200, smd);
    const live = finished('live', 0.1, 200);
    const others = [
      { ...live, run: { ...live.run, state: 'training' as const } },
      finished('other model', 0.1, 200, { model: { kind: 'builtin', name: 'resnet20' } }),
      finished('other rate', 0.1, 200, { learningRate: 0.01 }),
      finished('other data', 0.1, 200, { data: { kind: 'directory', path: '/data' } }),
      finished('dropped in between', 0.1, 200, { share: 0.9 }),
      finished('signs', 0.1, 200, { savers: { baseline: 'signsgd' } }),
      finished('averaged', 0.1, 200, { savers: { swa: { enabled: true } } }),
    ];
    expect(plainCurve(run, [...others, ...plain]).map(({ iterations }) => iterations)).toEqual([100, 400]);
    // The file of the model has changed: an iteration computes something else.
    const changed = finished('changed', 0.1, 200);
    expect(plainCurve(run, [{ ...changed, evaluation: { ...changed.evaluation!, macs: 1, baselineMacs: 1 } }])).toEqual([]);
  });

  it('says what to train where there is nothing to compare with', () => {
    const run = finished('r', 0.8, 2000, { ...smd, share: 0.6 });
    expect(words(run, [])).toBe(
      'Beside plain training at equal computation: unavailable, because no plain run (SMB) of this model with these settings has finished; ' +
        'one of 1,200 iterations without savers computes as much.',
    );
    expect(words(run)).toContain('every plain run of this model computes less; one of 1,200 iterations');
    expect(words(finished('r', 0.5, 100, { ...smd, share: 0.5 }))).toContain(
      'every plain run of this model computes more; one of 50 iterations',
    );
    const { macs: _, ...old } = run.evaluation!;
    expect(words({ ...run, evaluation: old })).toContain('the run’s record does not tell what was computed.');
  });

  it('says nothing of a plain run, and of one that has not finished', () => {
    expect(words(plain[0]!)).toBeUndefined();
    const run = finished('r', 0.8, 200, smd);
    expect(words({ ...run, run: { ...run.run, state: 'stopped' } })).toBeUndefined();
  });
});
