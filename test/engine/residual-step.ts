import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../src/engine/engine';
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

export const step = JSON.parse(readFileSync(join(__dirname, 'fixtures', 'residual-step.json'), 'utf8')) as ResidualStep;
export const decode = (text: string) => new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer);

/** Runs so many steps on a larger batch than the samples, so that the rest of the memory holds something else. */
export async function trained(
  engine: Engine,
  steps: number,
  batchSize = step.batchSize,
): Promise<{ read: (name: string) => ArrayLike<number> }> {
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
