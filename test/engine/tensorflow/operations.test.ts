import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/engine';
import { createTensorFlowEngine } from '../../../src/engine/tensorflow/tensorflow-engine';
import { errorsAgainstPyTorch, faultsOnListedSamples } from '../pytorch-cases';

/** Relative to the tensor's largest value: float32 sums of up to a thousand terms against float64. */
const tolerance = 3e-6;

let engine: Engine;
beforeAll(async () => {
  engine = await createTensorFlowEngine(2);
});
afterAll(() => engine?.dispose());

test('Every operation by TensorFlow gives what PyTorch gives', async () => {
  const errors = await errorsAgainstPyTorch(engine);
  const wrong = Object.entries(errors).filter(([, error]) => !(error <= tolerance));
  expect(Object.fromEntries(wrong)).toEqual({});
  expect(Object.keys(errors).length).toBeGreaterThan(70);
});

test('Every per-sample operation by TensorFlow works on listed samples and leaves the others alone', async () => {
  expect(await faultsOnListedSamples(engine, tolerance)).toEqual([]);
});
