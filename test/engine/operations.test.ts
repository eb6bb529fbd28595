import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { testedBuilds, withEngine } from './engine-builds';
import { type NamedTensor, operationProgram } from './operation-program';
import { relativeError } from './relative-error';

/** Expected values: PyTorch in float64, by fixtures/make_fixtures.py. */
interface OperationCase {
  readonly name: string;
  readonly batchSize: number;
  readonly operation: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, NamedTensor>>;
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

const { cases } = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'operations.json'), 'utf8')) as { cases: OperationCase[] };

/** Relative to the tensor's largest value: float32 sums of up to a thousand terms against float64. */
const tolerance = 3e-6;

function decode(text: string, type: NamedTensor['type']): Float32Array | Int32Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  return type === 'int32' ? new Int32Array(bytes.buffer) : new Float32Array(bytes.buffer);
}

describe.each(testedBuilds)('On the %s build', (build) => {
  test.each([1, 2])('every operation gives what PyTorch gives, with %i thread(s)', async (threads) => {
    const errors: Record<string, number> = {};
    await withEngine({ build, threads }, async (engine) => {
      for (const { name, batchSize, operation, tensors, inputs, outputs } of cases) {
        const { program, ids } = operationProgram(operation, tensors, batchSize);
        const executable = await engine.compile(program);
        for (const [tensor, text] of Object.entries(inputs)) executable.write(ids.get(tensor)!, decode(text, tensors[tensor]!.type));
        executable.run('only', batchSize);
        for (const [tensor, text] of Object.entries(outputs))
          errors[`${name}: ${tensor}`] = relativeError(executable.read(ids.get(tensor)!), decode(text, tensors[tensor]!.type));
        executable.dispose();
      }
    });
    const wrong = Object.entries(errors).filter(([, error]) => !(error <= tolerance));
    expect(Object.fromEntries(wrong)).toEqual({});
    expect(Object.keys(errors).length).toBeGreaterThan(70);
  });
});
