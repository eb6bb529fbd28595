import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Inspector } from '../../src/inspection/inspector';
import { brokenFile, modelFile } from './fixtures';

let inspector: Inspector;
beforeAll(() => {
  inspector = new Inspector({ timeoutMs: 30_000, memoryMB: 256 });
});
afterAll(() => inspector.dispose());

async function expectHealthy(): Promise<void> {
  const { models, problems } = await inspector.inspect({ file: modelFile('takes-tf.js') });
  expect(problems).toEqual([]);
  expect(models).toHaveLength(1);
}

describe('a file that misbehaves ends its own inspection only', () => {
  it.each(['never-returns.js', 'never-resolves.js'])('when it never ends (%s)', async (name) => {
    const impatient = new Inspector({ timeoutMs: 1500 });
    const { problems } = await impatient.inspect({ file: brokenFile(name) });
    expect(problems).toMatchObject([{ code: 'timeout', message: expect.stringContaining('within 1.5 s') }]);
    const next = await impatient.inspect({ file: modelFile('takes-tf.js') });
    expect(next.models).toHaveLength(1);
    impatient.dispose();
  });

  it.each(['allocates-heap.js', 'allocates-arrays.js'])('when it allocates without end (%s)', async (name) => {
    const { problems } = await inspector.inspect({ file: brokenFile(name) });
    expect(problems).toMatchObject([{ code: 'out-of-memory', message: expect.stringContaining('256 MB') }]);
    await expectHealthy();
  });

  it('when it writes to the console, leaves timers that throw and breaks its own globals', async () => {
    const { models, problems } = await inspector.inspect({ file: modelFile('side-effects.js') });
    expect(problems).toEqual([]);
    expect(models).toHaveLength(1);
    await expectHealthy();
  });

  it('when it changes TensorFlow.js itself', async () => {
    await inspector.inspect({ file: modelFile('patches-library.js') });
    const { models } = await inspector.inspect({ file: modelFile('custom-layer.ts') });
    expect(models[0]!.graph.layers.at(-1)).toMatchObject({ parameters: 7 });
  });
});

it('gives a model file neither the environment nor the real process', async () => {
  process.env.E2TRAIN_TEST_SECRET = 'secret';
  const text = `const tf = require('@tensorflow/tfjs');
const name = process.env.E2TRAIN_TEST_SECRET ?? require('process').env.E2TRAIN_TEST_SECRET ?? 'none';
module.exports = tf.sequential({ name, layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
`;
  const { models } = await inspector.inspect({ file: modelFile('secret.js'), text });
  expect(models[0]!.graph.name).toBe('none');
});

it('answers an older question that still waits with the newer answer', async () => {
  const file = modelFile('typed.js');
  const text = (units: number) =>
    `exports.model = (tf) => tf.sequential({ layers: [tf.layers.dense({ units: ${units}, inputShape: [1] })] });`;
  const first = inspector.inspect({ file: modelFile('takes-tf.js') });
  const [older, newer] = await Promise.all([inspector.inspect({ file, text: text(2) }), inspector.inspect({ file, text: text(3) })]);
  await first;
  expect(newer.models[0]!.graph.layers.at(-1)!.outputShape).toEqual([3]);
  expect(older).toBe(newer);
});

it('says that it was closed', async () => {
  const closed = new Inspector();
  const answer = closed.inspect({ file: modelFile('takes-tf.js') });
  closed.dispose();
  expect((await answer).problems).toMatchObject([{ code: 'process-failed' }]);
});
