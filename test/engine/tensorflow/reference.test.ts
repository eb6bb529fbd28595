import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/engine';
import { createTensorFlowEngine } from '../../../src/engine/tensorflow/tensorflow-engine';
import { isOff } from '../../../src/scripts/reference/comparison';
import { readReferenceFiles } from '../../../src/scripts/reference/reference-files';
import { contentOf, references } from '../../scripts/reference-content';

/** Expected values: the authors' PyTorch code, see test/reference/README.md. Tolerances stand in src/scripts/reference. */

let engine: Engine;
beforeAll(async () => {
  engine = await createTensorFlowEngine();
});
afterAll(() => engine.dispose());

test.each(readReferenceFiles(references))('$file is met with TensorFlow’s kernels', async (file) => {
  const { format, content } = contentOf(file);
  const comparisons = await format.check(content, engine);
  expect(comparisons.length).toBeGreaterThan(10);
  expect(comparisons.filter(isOff)).toEqual([]);
});
