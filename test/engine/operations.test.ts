import { describe, expect, test } from 'vitest';
import { testedBuilds, withEngine } from './engine-builds';
import { errorsAgainstPyTorch, faultsOnListedSamples } from './pytorch-cases';

/** Relative to the tensor's largest value: float32 sums of up to a thousand terms against float64. */
const tolerance = 3e-6;

describe.each(testedBuilds)('On the %s build', (build) => {
  test.each([1, 2])('every operation gives what PyTorch gives, with %i thread(s)', async (threads) => {
    const errors = await withEngine({ build, threads }, errorsAgainstPyTorch);
    const wrong = Object.entries(errors).filter(([, error]) => !(error <= tolerance));
    expect(Object.fromEntries(wrong)).toEqual({});
    expect(Object.keys(errors).length).toBeGreaterThan(70);
  });

  test('every per-sample operation works on listed samples and leaves the others alone', async () => {
    expect(await withEngine({ build, threads: 1 }, (engine) => faultsOnListedSamples(engine, tolerance))).toEqual([]);
  });
});
