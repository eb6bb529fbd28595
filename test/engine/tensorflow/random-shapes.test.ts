import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/engine';
import { createLocalEngine } from '../../../src/engine/local/local-engine';
import { createTensorFlowEngine } from '../../../src/engine/tensorflow/tensorflow-engine';
import { operationProgram } from '../operation-program';
import { type AnyCase, anyCase, randomOperations, valuesFor, worksOnSamples } from '../random-operations';
import { relativeError } from '../relative-error';
import { otherOperations } from './other-operations';

/** Two engines that share no arithmetic, ours and TensorFlow's, on random shapes, sample lists and partial batches. */

/** Relative to the largest value, at least 1: float32 sums of up to some thousand terms, in another order. */
const tolerance = 1e-5;
const seed = Number(process.env.E2TRAIN_TEST_SEED ?? 20190);

describe('TensorFlow and the native kernels agree', () => {
  let engines: Engine[] = [];
  beforeAll(async () => {
    engines = [await createLocalEngine({ build: 'native', threads: 1 }), await createTensorFlowEngine(2)];
  });
  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.dispose()));
  });

  /** All tensors after one run, those that only go in too: what an operation must leave alone is compared with what it must write. */
  async function valuesAfter(engine: Engine, name: string, anyInput: AnyCase): Promise<Map<string, ArrayLike<number>>> {
    const { batchSize, samples, list } = anyInput;
    const [operation, tensors] = { ...randomOperations, ...otherOperations }[name]!(anyInput);
    const listed = list !== undefined && worksOnSamples(tensors);
    const { program, ids } = operationProgram(
      listed ? { ...operation, samples: 'list' } : operation,
      listed ? { ...tensors, list: { shape: [batchSize + 1], perSample: false, type: 'int32' } } : tensors,
      batchSize,
    );
    const executable = await engine.compile(program);
    for (const { id, name: tensor, type, shape, perSample } of program.tensors) {
      const length = shape.reduce((product, size) => product * size, perSample ? batchSize : 1);
      if (tensor === 'list') executable.write(id, Int32Array.from([list!.length, ...list!]));
      else if (type === 'int32')
        executable.write(
          id,
          Int32Array.from({ length }, (_, i) => i % 3),
        );
      else executable.write(id, valuesFor(tensor, length, id + 1));
    }
    executable.run('only', samples);
    const values = new Map([...ids].map(([tensor, id]) => [tensor, executable.read(id)]));
    executable.dispose();
    return values;
  }

  test.each([...Object.keys(randomOperations), ...Object.keys(otherOperations)])('on %s', async (name) => {
    await fc.assert(
      fc.asyncProperty(anyCase, async (anyInput) => {
        const [ours, theirs] = await Promise.all(engines.map((engine) => valuesAfter(engine, name, anyInput)));
        for (const [tensor, expected] of ours!) {
          // The mean loss of no samples is not a number in either.
          const comparable = (values: ArrayLike<number>) => Array.from(values, (value) => (Number.isNaN(value) ? 12345 : value));
          expect(relativeError(comparable(theirs!.get(tensor)!), comparable(expected), 1), tensor).toBeLessThanOrEqual(tolerance);
        }
      }),
      { seed, numRuns: 30 },
    );
  });
});
