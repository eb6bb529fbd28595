import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/engine';
import { createTensorFlowEngine } from '../../../src/engine/tensorflow/tensorflow-engine';
import { isOff } from '../../../src/scripts/reference/comparison';
import { readReferenceFiles } from '../../../src/scripts/reference/reference-files';

/** Expected values: the authors' PyTorch code, see test/reference/README.md. Tolerances stand in src/scripts/reference/comparison.ts. */

let engine: Engine;
beforeAll(async () => {
  engine = await createTensorFlowEngine();
});
afterAll(() => engine.dispose());

test.each(readReferenceFiles(join(__dirname, '..', '..', 'reference')))('$file is met with TensorFlow’s kernels', async (reference) => {
  if ('problem' in reference) throw new Error(reference.problem);
  const comparisons = await reference.format.check(reference.content, engine);
  expect(comparisons.length).toBeGreaterThan(10);
  expect(comparisons.filter(isOff)).toEqual([]);
});
