import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine';
import { enginesByThreads, testedBuilds } from './engine-builds';
import { type NamedTensor, operationProgram } from './operation-program';
import { type AnyCase, anyCase, oneByOneCase, randomOperations, threeByThreeCase, valuesFor, worksOnSamples } from './random-operations';
import { ReferenceEngine } from './reference/reference-engine';
import { relativeError } from './relative-error';

/** Random shapes, strides, dilations, channel counts, sample lists and partial batches against the float64 reference. */

/** Relative to the largest value: float32 sums of up to some thousand terms. */
const tolerance = 1e-5;
const seed = Number(process.env.E2TRAIN_TEST_SEED ?? 20190);

async function agrees(
  engine: Engine,
  operation: Record<string, unknown>,
  tensors: Record<string, NamedTensor>,
  anyInput: AnyCase,
): Promise<void> {
  const { batchSize, samples, list } = anyInput;
  const withList = list !== undefined && worksOnSamples(tensors);
  const { program, ids } = operationProgram(
    withList ? { ...operation, samples: 'list' } : operation,
    withList ? { ...tensors, list: { shape: [batchSize + 1], perSample: false, type: 'int32' } } : tensors,
    batchSize,
  );
  const executable = await engine.compile(program);
  const reference = new ReferenceEngine(program);
  // Outputs too: what the operation must leave alone is compared with what it must write.
  for (const [name, id] of ids) {
    const values = name === 'list' ? Int32Array.from([list!.length, ...list!]) : valuesFor(name, reference.values.get(id)!.length, id + 1);
    executable.write(id, values);
    reference.values.get(id)!.set(values);
  }
  executable.run('only', samples);
  reference.run('only', samples);
  for (const [name, id] of ids) {
    expect(relativeError(executable.read(id), reference.values.get(id)!, 1), `${operation.kind} ${name}`).toBeLessThanOrEqual(tolerance);
  }
  executable.dispose();
}

describe.each(testedBuilds)('On the %s build', (build) => {
  const engines = enginesByThreads(build);
  /** Mostly of one thread, every eighth case of two or three in turn: starting threads is what takes time here. */
  const engineFor = (turn: number) => engines[turn % 8 === 0 ? 1 + ((turn / 8) % 2) : 0]!;

  test.each(
    ['convolutions', 'input gradients', 'weight gradients'].flatMap((name) => [
      ['3×3', name, threeByThreeCase] as const,
      ['1×1', name, oneByOneCase] as const,
    ]),
  )('%s %s with stride 1 agree with the definition', async (_, name, cases) => {
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(cases, async (anyInput) => {
        const [operation, tensors] = randomOperations[name]!(anyInput);
        await agrees(engineFor(turn++), operation, tensors, anyInput);
      }),
      { seed, numRuns: 20 },
    );
  });

  test.each(Object.keys(randomOperations))('%s of any shape on any samples agree with the definition', async (name) => {
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(anyCase, async (anyInput) => {
        const [operation, tensors] = randomOperations[name]!(anyInput);
        await agrees(engineFor(turn++), operation, tensors, anyInput);
      }),
      { seed, numRuns: 30 },
    );
  });
});
