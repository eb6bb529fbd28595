import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine';
import { testedBuilds, withEngine } from './engine-builds';
import { relativeError } from './relative-error';
import { residualProgram } from './residual-program';

/** Expected values: one step by PyTorch in float64, by fixtures/make_residual_step.py. */
interface EncodedTensor {
  readonly shape: readonly number[];
  readonly values: string;
}

interface ResidualStep {
  readonly batchSize: number;
  readonly size: number;
  readonly classes: number;
  readonly epsilon: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly images: string;
  readonly labels: readonly number[];
  readonly loss: number;
  readonly hits: number;
  readonly before: Readonly<Record<string, EncodedTensor>>;
  readonly gradients: Readonly<Record<string, EncodedTensor>>;
  readonly after: Readonly<Record<string, EncodedTensor>>;
}

const step = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'residual-step.json'), 'utf8')) as ResidualStep;
const decode = (text: string) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);

/**
 * Relative to each tensor's largest value, through ten layers of float32 against float64. A ReLU whose input is within rounding of zero
 * would cost more; none is in this network and batch.
 */
const tolerance = 2e-5;

/** Runs so many steps on a larger batch than the samples, so that the rest of the memory holds something else. */
async function trained(engine: Engine, steps: number, batchSize = step.batchSize): Promise<{ read: (name: string) => ArrayLike<number> }> {
  const { program, ids } = residualProgram({ ...step, batchSize });
  const executable = await engine.compile(program);
  const write = (name: string, values: Float32Array | Int32Array) => executable.write(ids.get(name)!, values);
  write('learning rate', Float32Array.of(step.learningRate));
  for (const [name, { values }] of Object.entries(step.before)) write(name, decode(values));
  for (let i = 0; i < steps; i++) {
    write('images', decode(step.images));
    write('labels', Int32Array.from(step.labels));
    executable.run('train', step.batchSize);
  }
  return { read: (name) => executable.read(ids.get(name)!) };
}

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
