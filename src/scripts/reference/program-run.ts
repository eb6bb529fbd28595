import type { Engine, Executable } from '../../engine/engine';
import type { Operation, TensorId } from '../../engine/program';
import { ProgramBuilder } from '../../training/compile/program-builder';
import type { ReferenceTensor } from './tensor';

/** A program of a few operations, whose tensors are all written and read. */
export class ProgramRun {
  private readonly builder = new ProgramBuilder();
  private readonly inputs: { id: TensorId; values: Float32Array }[] = [];

  constructor(private readonly batchSize: number) {}

  input(name: string, { shape, values }: ReferenceTensor, perSample: boolean): TensorId {
    const id = perSample ? this.perSample(name, shape.slice(1)) : this.shared(name, shape);
    this.inputs.push({ id, values });
    return id;
  }

  number(name: string, value: number): TensorId {
    return this.input(name, { shape: [1], values: Float32Array.of(value) }, false);
  }

  /** @param shape of one sample. */
  perSample(name: string, shape: readonly number[]): TensorId {
    return this.builder.perSample(name, shape, 'state');
  }

  shared(name: string, shape: readonly number[]): TensorId {
    return this.builder.tensor(name, shape, 'state');
  }

  do(operation: Operation): void {
    this.builder.section('only').push(operation);
  }

  /** Runs the operations once and gives a function that reads a tensor. */
  async run<T>(engine: Engine, read: (values: (id: TensorId) => Float32Array) => T): Promise<T> {
    const executable: Executable = await engine.compile(this.builder.build(this.batchSize));
    try {
      for (const { id, values } of this.inputs) executable.write(id, values);
      executable.run('only', this.batchSize);
      return read((id) => executable.read(id) as Float32Array);
    } finally {
      executable.dispose();
    }
  }
}
