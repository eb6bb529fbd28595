import fc from 'fast-check';
import { expect, it } from 'vitest';
import { raiseExecutions } from '../../../src/measurement/board/raise-executions';

it('finds executions that fill the window, and not many times more, whatever one takes and a start costs', async () => {
  const seconds = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  await fc.assert(
    fc.asyncProperty(seconds(1e-6, 1), seconds(0, 1), async (each, start) => {
      const executions = (await raiseExecutions(1, 2, async (n) => start + n * each)) as number;
      expect(start + executions * each).toBeGreaterThanOrEqual(2);
      expect(executions * each).toBeLessThan(22);
    }),
  );
});

it('says when a workload takes no longer with more', async () => {
  expect(await raiseExecutions(1, 2, async () => 0.3)).toEqual({
    unavailable: expect.stringMatching(/^A run takes 0\.30 s even with \d+ executions: does/),
  });
});

it('leaves it to the measurement to say why a trial gave nothing', async () => {
  expect(await raiseExecutions(5, 2, async () => undefined)).toBe(5);
});
