import type { Executable } from '../engine';
import { valueChecks } from '../local/value-checks';
import type { Operation, Program, TensorId, TensorSpecification } from '../program';
import { KernelCalls } from './kernel-calls';
import { lastUses, programBytes } from './memory';
import { OperationContext } from './operation-context';
import { ProgramTensors, type SampleSelection } from './program-tensors';
import { runOperation } from './run-operation';
import type { TensorFlowBinding } from './tensorflow-library';

interface Step {
  readonly operation: Operation;
  /** Temporaries that nothing uses any more after this step. */
  readonly ended: readonly TensorId[];
}

/** A program that TensorFlow runs operation by operation. Nothing of a step outlives it but the program's tensors. */
export class TensorFlowExecutable implements Executable {
  readonly memoryBytes: number;
  private readonly kernels: KernelCalls;
  private readonly tensors: ProgramTensors;
  private readonly sections: ReadonlyMap<string, readonly Step[]>;
  private readonly checks: ReturnType<typeof valueChecks>;
  /** Int32 tensors are kept here too: which samples an operation works on must be known before it is called. */
  private readonly integers = new Map<TensorId, Int32Array>();
  private disposed = false;

  constructor(
    private readonly program: Program,
    binding: TensorFlowBinding,
  ) {
    this.kernels = new KernelCalls(binding);
    this.tensors = new ProgramTensors(program, this.kernels);
    this.checks = valueChecks(program);
    this.memoryBytes = programBytes(program, program.batchSize);
    const stepsOf = (section: readonly Operation[]) => {
      const ended = lastUses(program, section);
      return section.map((operation, index): Step => ({ operation, ended: ended[index]! }));
    };
    this.sections = new Map(Object.entries(program.sections).map(([name, section]) => [name, stepsOf(section)]));
  }

  write(id: TensorId, values: Float32Array | Int32Array): void {
    const { name, type, shape, perSample } = this.lastingTensor(id);
    const elements = shape.reduce((product, size) => product * size, 1);
    const length = perSample ? elements * this.program.batchSize : elements;
    if (values.length > length) throw new RangeError(`Tensor “${name}” holds ${length} values, not ${values.length}.`);
    if ((type === 'float32') !== values instanceof Float32Array) throw new TypeError(`Tensor “${name}” holds ${type} values.`);
    this.checks.get(id)?.(values as Int32Array);
    const whole = values.length === length ? values : this.read(id);
    if (whole !== values) whole.set(values);
    if (type === 'int32') this.integers.set(id, Int32Array.from(whole));
    this.kernels.scope(() => {
      const dimensions = perSample ? [this.program.batchSize, ...shape] : shape;
      const tensor =
        type === 'int32' ? this.kernels.ints(whole as Int32Array, dimensions) : this.kernels.floats(whole as Float32Array, dimensions);
      this.tensors.set(id, tensor, this.firstSamples(this.program.batchSize));
    });
  }

  read(id: TensorId, samples = this.program.batchSize): Float32Array | Int32Array {
    const { type } = this.lastingTensor(id);
    this.checkSamples(samples);
    const written = this.tensors.specification(id);
    if (type === 'int32') {
      const elements = written.shape.reduce((product, size) => product * size, 1);
      const values = this.integersOf(id);
      return values.slice(0, written.perSample ? samples * elements : elements);
    }
    let values = new Float32Array(0);
    this.kernels.scope(() => {
      values = Float32Array.from(this.kernels.values(this.tensors.get(id, this.firstSamples(samples))));
    });
    return values;
  }

  run(name: string, samples: number): void {
    this.checkLive();
    const steps = this.sections.get(name);
    if (!steps) throw new RangeError(`The program has no section “${name}”; it has ${[...this.sections.keys()].join(', ')}.`);
    this.checkSamples(samples);
    try {
      for (const { operation, ended } of steps) {
        const selection = this.selectionOf(operation, samples);
        const context = new OperationContext(
          this.kernels,
          this.tensors,
          selection,
          (id) => this.integersOf(id),
          (id, values) => {
            this.integers.set(
              id,
              Int32Array.from(this.integersOf(id), (old, place) => values[place] ?? old),
            );
          },
        );
        this.kernels.scope(() => runOperation(context, operation));
        for (const id of ended) this.tensors.forget(id);
      }
    } finally {
      for (const { ended } of steps) for (const id of ended) this.tensors.forget(id);
    }
  }

  dispose(): void {
    this.tensors.forgetAll();
    this.disposed = true;
  }

  private selectionOf(operation: Operation, samples: number): SampleSelection {
    if (operation.samples === undefined) return this.firstSamples(samples);
    const list = this.integersOf(operation.samples);
    const count = list[0]!;
    return { kind: 'listed', count, indices: list.subarray(1, 1 + count) };
  }

  private firstSamples(count: number): SampleSelection {
    return { kind: 'first', count };
  }

  private integersOf(id: TensorId): Int32Array {
    const { shape, perSample } = this.tensors.specification(id);
    return this.integers.get(id) ?? new Int32Array(shape.reduce((product, size) => product * size, perSample ? this.program.batchSize : 1));
  }

  private checkLive(): void {
    if (this.disposed) throw new Error('This program was disposed of.');
  }

  private checkSamples(samples: number): void {
    if (!Number.isInteger(samples) || samples < 1 || samples > this.program.batchSize)
      throw new RangeError(`The program takes 1 to ${this.program.batchSize} samples, not ${samples}.`);
  }

  private lastingTensor(id: TensorId): TensorSpecification {
    this.checkLive();
    const tensor = this.tensors.specification(id);
    if (tensor.role === 'temporary') throw new RangeError(`Tensor “${tensor.name}” is temporary: its memory is shared with others.`);
    return tensor;
  }
}
