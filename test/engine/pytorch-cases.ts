import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../src/engine/engine';
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

function decode(text: string, type: NamedTensor['type']): Float32Array | Int32Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  return type === 'int32' ? new Int32Array(bytes.buffer) : new Float32Array(bytes.buffer);
}

/** Runs every case on the engine: each output's largest difference from PyTorch's, relative to the tensor's largest value. */
export async function errorsAgainstPyTorch(engine: Engine): Promise<Record<string, number>> {
  const errors: Record<string, number> = {};
  for (const { name, batchSize, operation, tensors, inputs, outputs } of cases) {
    const { program, ids } = operationProgram(operation, tensors, batchSize);
    const executable = await engine.compile(program);
    for (const [tensor, text] of Object.entries(inputs)) executable.write(ids.get(tensor)!, decode(text, tensors[tensor]!.type));
    executable.run('only', batchSize);
    for (const [tensor, text] of Object.entries(outputs))
      errors[`${name}: ${tensor}`] = relativeError(executable.read(ids.get(tensor)!), decode(text, tensors[tensor]!.type));
    executable.dispose();
  }
  return errors;
}

/**
 * Runs every per-sample case on listed samples of a batch twice as large, whose other samples hold what must be neither read nor written.
 * Names the outputs that differ from PyTorch's by more than the tolerance, and those whose other samples were changed.
 */
export async function faultsOnListedSamples(engine: Engine, tolerance: number): Promise<string[]> {
  const faults: string[] = [];
  // An update has no samples, and lists of samples name others here than in the case.
  const others = ['sgdMomentum', 'listSamples'];
  for (const { name, batchSize, operation, tensors, inputs, outputs } of cases.filter(
    ({ operation }) => !others.includes(String(operation.kind)),
  )) {
    // Sample i of the case is sample 2i + 1 here.
    const list = Int32Array.from({ length: 2 * batchSize + 1 }, (_, i) => (i === 0 ? batchSize : 2 * i - 1));
    const listed = { ...tensors, list: { shape: [list.length], perSample: false, type: 'int32' as const } };
    const { program, ids } = operationProgram({ ...operation, samples: 'list' }, listed, 2 * batchSize);
    const executable = await engine.compile(program);
    executable.write(ids.get('list')!, list);
    for (const [tensor, specification] of Object.entries(tensors)) {
      const text = inputs[tensor];
      const values = text === undefined ? undefined : decode(text, specification.type);
      const elements = specification.shape.reduce((product, size) => product * size, 1);
      if (specification.perSample) executable.write(ids.get(tensor)!, spread(values, elements, batchSize, specification.type));
      else if (values) executable.write(ids.get(tensor)!, values);
    }
    executable.run('only', 2 * batchSize);
    for (const [tensor, text] of Object.entries(outputs)) {
      const { shape, perSample, type } = tensors[tensor]!;
      const elements = shape.reduce((product, size) => product * size, 1);
      const actual = executable.read(ids.get(tensor)!);
      const listedValues = actual.filter((_, i) => !perSample || Math.floor(i / elements) % 2 === 1);
      if (!(relativeError(listedValues, decode(text, type)) <= tolerance)) faults.push(`${name}: ${tensor}`);
      const unlisted = Array.from(actual.filter((_, i) => perSample && Math.floor(i / elements) % 2 === 0));
      if (unlisted.some((value) => !Number.isNaN(value))) faults.push(`${name}: ${tensor} of samples that are not listed`);
    }
    executable.dispose();
  }
  return faults;
}

/** Samples at the odd indices of a batch twice as large, values that are not numbers (for labels: zeros) between them. */
function spread(
  values: Float32Array | Int32Array | undefined,
  elements: number,
  batchSize: number,
  type: NamedTensor['type'],
): Float32Array | Int32Array {
  const length = 2 * batchSize * elements;
  const all = type === 'int32' ? new Int32Array(length) : new Float32Array(length).fill(Number.NaN);
  for (let sample = 0; values && sample < batchSize; sample++)
    all.set(values.subarray(sample * elements, (sample + 1) * elements), (2 * sample + 1) * elements);
  return all;
}
