import { describe, expect, test } from 'vitest';
import { testedBuilds, withEngine } from './engine-builds';
import { operationProgram } from './operation-program';

/** There is no outside value to compare with: what dropout must do is checked by its definition. */
describe.each(testedBuilds)('Dropout on the %s build', (build) => {
  const elements = 5000;
  const batchSize = 4;

  async function dropped(kind: 'dropout' | 'dropoutGradient', seed: number, rate: number): Promise<Float32Array> {
    return withEngine({ build, threads: 2 }, async (engine) => {
      const tensor = { shape: [elements], perSample: true, type: 'float32' as const };
      const names = kind === 'dropout' ? { x: 'from', y: 'to' } : { dy: 'from', dx: 'to' };
      const tensors = { from: tensor, to: tensor, seed: { shape: [1], perSample: false, type: 'int32' as const } };
      const { program, ids } = operationProgram({ kind, ...names, seed: 'seed', rate }, tensors, batchSize);
      const executable = await engine.compile(program);
      executable.write(ids.get('from')!, new Float32Array(elements * batchSize).fill(3));
      executable.write(ids.get('seed')!, Int32Array.of(seed));
      executable.run('only', batchSize);
      return executable.read(ids.get('to')!) as Float32Array;
    });
  }

  test.each([0, 0.1, 0.5, 0.9])('drops a share of %d and scales what it keeps', async (rate) => {
    const values = Array.from(await dropped('dropout', 11, rate));
    const kept = values.filter((value) => value !== 0);
    const deviation = Math.sqrt((rate * (1 - rate)) / values.length);
    expect(Math.abs(1 - kept.length / values.length - rate)).toBeLessThanOrEqual(5 * deviation);
    for (const value of kept) expect(value).toBeCloseTo(3 / (1 - rate), 4);
  });

  test('draws the same mask for the gradient, another for another seed and another for each sample', async () => {
    const mask = Array.from(await dropped('dropout', 11, 0.5));
    expect(Array.from(await dropped('dropoutGradient', 11, 0.5))).toEqual(mask);
    const differing = (other: readonly number[]) => other.filter((value, i) => value !== mask[i]).length / other.length;
    expect(differing(Array.from(await dropped('dropout', 12, 0.5)))).toBeCloseTo(0.5, 1);
    expect(differing(mask.slice(elements))).toBeCloseTo(0.5, 1);
  });
});
