import { describe, expect, test } from 'vitest';
import { testedBuilds, withEngine } from './engine-builds';
import { relativeError } from './relative-error';
import { decode, step, trained } from './residual-step';

/**
 * Relative to each tensor's largest value, through ten layers of float32 against float64. A ReLU whose input is within rounding of zero
 * would cost more; none is in this network and batch.
 */
const tolerance = 2e-5;

describe.each(testedBuilds)('On the %s build', (build) => {
  test.each([
    { threads: 1, batchSize: 5 },
    { threads: 2, batchSize: 5 },
    { threads: 2, batchSize: 9 },
    { threads: 7, batchSize: 6 },
  ])('a training step of a residual network gives what PyTorch gives (%o)', async ({ threads, batchSize }) => {
    await withEngine({ build, threads }, async (engine) => {
      const { read } = await trained(engine, 1, batchSize);
      const [loss, hits] = Array.from(read('metrics'));
      expect(loss).toBeCloseTo(step.loss, 5);
      expect(hits).toBe(step.hits);
      for (const [name, { values }] of Object.entries(step.gradients))
        expect(relativeError(read(`gradient of ${name}`), decode(values)), `gradient of ${name}`).toBeLessThan(tolerance);
      for (const [name, { values }] of Object.entries(step.after))
        expect(relativeError(read(name), decode(values)), name).toBeLessThan(tolerance);
    });
  });

  test.each([1, 2])('twenty steps give the same bits twice, with %i thread(s)', async (threads) => {
    const bits = () =>
      withEngine({ build, threads }, async (engine) => {
        const { read } = await trained(engine, 20);
        return Object.fromEntries(
          Object.keys(step.before).map((name) => [name, Buffer.from((read(name) as Float32Array).buffer).toString('base64')]),
        );
      });
    const first = await bits();
    expect(await bits()).toEqual(first);
    expect(first['stem/kernel']).not.toBe(step.before['stem/kernel']!.values);
  });
});
