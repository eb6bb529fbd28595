import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../platform/built-file';
import type { Executable } from '../engine';
import type { Program, TensorId, TensorSpecification } from '../program';
import { barriersOf } from './barriers';
import { controlWords, noStretch } from './control-block';
import { encodeSection, placeOf } from './encode-section';
import { bindKernels, type KernelBinding } from './kernel-binding';
import type { AllocatedMemory } from './kernel-build';
import type { KernelThreadData } from './kernel-thread';
import type { MemoryPlan, PlannedSection } from './memory-plan';
import { Participation } from './participation';
import { Profiler } from './profile';
import { runSectionAsThread } from './run-section';
import { tensorBytes } from './step';
import { valueChecks } from './value-checks';

/** A program in its memory, with the threads that run it. The caller's thread is thread 0. */
export class LocalExecutable implements Executable {
  private readonly tensors: ReadonlyMap<TensorId, TensorSpecification>;
  private readonly sections: ReadonlyMap<string, PlannedSection>;
  private readonly checks: ReturnType<typeof valueChecks>;
  /** Of lasting tensors with their whole batch. Kept, since steps leave no garbage. */
  private readonly views: ReadonlyMap<TensorId, Float32Array | Int32Array>;
  private workers: Worker[] = [];
  private binding: KernelBinding | undefined;
  private readonly participation: Participation;
  /** Only where the plan has room for a profile. */
  readonly profiler: Profiler | undefined;

  private constructor(
    private readonly program: Program,
    private readonly plan: MemoryPlan,
    private readonly memory: AllocatedMemory,
    private readonly threads: number,
  ) {
    this.tensors = new Map(program.tensors.map((tensor) => [tensor.id, tensor]));
    this.sections = new Map(plan.sections.map((section) => [section.name, section]));
    this.checks = valueChecks(program);
    this.participation = new Participation(threads);
    this.views = new Map(program.tensors.filter(({ role }) => role !== 'temporary').map((tensor) => [tensor.id, this.viewOf(tensor)]));
    this.profiler = plan.profile && new Profiler(plan, memory, threads);
    for (const section of plan.sections)
      encodeSection(
        section,
        barriersOf(section, program),
        new Int32Array(memory.buffer, memory.base + section.recordsAt, section.recordWords),
      );
  }

  static async start(program: Program, plan: MemoryPlan, memory: AllocatedMemory, threads: number): Promise<LocalExecutable> {
    const executable = new LocalExecutable(program, plan, memory, threads);
    executable.binding = bindKernels(memory.sourceFor(0));
    const { control } = executable.binding;
    control[controlWords.stretch] = noStretch;
    // Ahead of the claims, which are zero: in the first stretch every share is free.
    control[controlWords.generation] = 1;
    if (plan.profile) {
      control[controlWords.profile] = placeOf(plan.profile.at);
      control[controlWords.profileStride] = placeOf(plan.profile.bytesPerThread);
    }
    executable.workers = Array.from({ length: threads - 1 }, (_, index) => {
      const workerData: KernelThreadData = { source: memory.sourceFor(index + 1), thread: index + 1, threads };
      return new Worker(builtFile('kernel-thread.js'), { workerData });
    });
    await Promise.all(executable.workers.map((worker) => once(worker, 'message')));
    // A waiting engine must not keep the process alive.
    for (const worker of executable.workers) worker.unref();
    return executable;
  }

  get memoryBytes(): number {
    return this.plan.bytes;
  }

  write(id: TensorId, values: Float32Array | Int32Array): void {
    const { name, type } = this.lastingTensor(id);
    const view = this.views.get(id)!;
    if (values.length > view.length) throw new RangeError(`Tensor “${name}” holds ${view.length} values, not ${values.length}.`);
    if ((type === 'float32') !== values instanceof Float32Array) throw new TypeError(`Tensor “${name}” holds ${type} values.`);
    this.checks.get(id)?.(values as Int32Array);
    view.set(values);
  }

  read(id: TensorId, samples = this.program.batchSize): Float32Array | Int32Array {
    const tensor = this.lastingTensor(id);
    this.checkSamples(samples);
    return this.views.get(id)!.slice(0, tensorBytes(tensor, samples) / 4);
  }

  run(name: string, samples: number): void {
    const section = this.sections.get(name);
    if (!section) throw new RangeError(`The program has no section “${name}”; it has ${[...this.sections.keys()].join(', ')}.`);
    this.checkSamples(samples);
    if (section.steps.length === 0) return;
    if (this.profiler) this.profiler.time(() => this.runPlanned(section, samples));
    else this.runPlanned(section, samples);
  }

  private runPlanned(section: PlannedSection, samples: number): void {
    const binding = this.live();
    const { control } = binding;
    control[controlWords.section] = placeOf(section.recordsAt);
    control[controlWords.samples] = samples;
    this.participation.begin();
    control[controlWords.active] = this.participation.active;
    // Last: a thread that comes late from the section before may begin as soon as it sees this.
    Atomics.store(control, controlWords.stretch, 0);
    this.command();
    runSectionAsThread(binding, 0, this.threads);
    this.participation.end();
  }

  dispose(): void {
    if (!this.binding) return;
    this.binding.control[controlWords.leave] = 1;
    this.command();
    this.binding = undefined;
  }

  /** Resolves when the threads have ended. */
  async ended(): Promise<void> {
    this.dispose();
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private command(): void {
    const { control } = this.live();
    Atomics.add(control, controlWords.command, 1);
    Atomics.notify(control, controlWords.command);
  }

  private live(): KernelBinding {
    if (!this.binding) throw new Error('This program was disposed of.');
    return this.binding;
  }

  private checkSamples(samples: number): void {
    if (!Number.isInteger(samples) || samples < 1 || samples > this.program.batchSize)
      throw new RangeError(`The program takes 1 to ${this.program.batchSize} samples, not ${samples}.`);
  }

  private lastingTensor(id: TensorId): TensorSpecification {
    this.live();
    const tensor = this.tensors.get(id);
    if (!tensor) throw new RangeError(`The program has no tensor ${id}.`);
    if (tensor.role === 'temporary') throw new RangeError(`Tensor “${tensor.name}” is temporary: its memory is shared with others.`);
    return tensor;
  }

  private viewOf(tensor: TensorSpecification): Float32Array | Int32Array {
    const offset = this.memory.base + this.plan.lasting.get(tensor.id)!;
    const length = tensorBytes(tensor, this.program.batchSize) / 4;
    return tensor.type === 'float32'
      ? new Float32Array(this.memory.buffer, offset, length)
      : new Int32Array(this.memory.buffer, offset, length);
  }
}
