import { describe, expect, test } from 'vitest';
import { createLocalEngine } from '../../../src/engine/local/local-engine';
import { residualProgram } from '../residual-program';
import { step } from '../residual-step';

describe.each(['native', 'wasm'] as const)('A profile of the %s engine', (build) => {
  test.each([1, 2])('gives every record its time, which adds up to no more than the threads had, with %i thread(s)', async (threads) => {
    const engine = await createLocalEngine({ build, threads, profile: true });
    try {
      const executable = await engine.compile(residualProgram(step).program);
      executable.run('train', step.batchSize);
      executable.profiler!.reset();
      expect(() => executable.profiler!.read()).toThrow(/Nothing has run/);
      for (let i = 0; i < 5; i++) executable.run('train', step.batchSize);
      const { runs, elapsedMs, records } = executable.profiler!.read();
      expect(runs).toBe(5);
      const times = records.map(({ milliseconds }) => milliseconds.reduce((sum, time) => sum + time, 0));
      for (const time of times) expect(time).toBeGreaterThan(0);
      expect(records.every(({ milliseconds }) => milliseconds.length === threads)).toBe(true);
      // The clocks of the machine and of the runtime are read at different moments: one part in a hundred apart at most.
      expect(times.reduce((sum, time) => sum + time, 0)).toBeLessThanOrEqual(1.01 * threads * elapsedMs);
    } finally {
      await engine.dispose();
    }
  });

  test('is there only for those who ask', async () => {
    const engine = await createLocalEngine({ build, threads: 1 });
    const executable = await engine.compile(residualProgram(step).program);
    expect(executable.profiler).toBeUndefined();
    await engine.dispose();
  });
});
