import type { Operation, TensorId, TensorSpecification } from '../program';
import { type FieldType, type KernelFields, type KernelName, kernelLayouts } from './kernel-layout';
import { sharedConstants } from './shared-constants';

/** One record for the kernels, before its tensors have places. Fields of type place hold the id of a tensor. */
export interface Step {
  readonly kernel: KernelName;
  readonly fields: Readonly<Record<string, number | undefined>>;
  readonly samples: TensorId | undefined;
  /** Whether it needs the thread's scratch memory. */
  readonly usesScratch: boolean;
  /** Whether a thread touches per-sample tensors of the program only on its own share of the samples. */
  readonly staysInSamples: boolean;
  /** With fewer samples at a time the kernel works badly. */
  readonly fewestSamples: number;
}

/** Tensors that the lowering adds: packed weights, partial sums. They live from the step that writes them to the last that reads them. */
export interface WorkTensor {
  readonly id: TensorId;
  readonly bytes: number;
}

const { placeBytes } = sharedConstants;
/** So many bytes and what is left until the next tensor may start. */
export const alignBytes = (bytes: number) => Math.ceil(bytes / placeBytes) * placeBytes;

/** What lowering depends on: the build's vector width and how many threads share the work. */
export interface LoweringTarget {
  readonly lanes: number;
  readonly threads: number;
}

export type OperationOf<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

/** Channels of a convolution. */
export interface Channels {
  readonly input: number;
  readonly output: number;
}

/** Collects the steps of a section and the working memory that they need. */
export class StepBuilder {
  readonly steps: Step[] = [];
  readonly workTensors: WorkTensor[] = [];
  /** What the neediest step takes; all steps share one scratch memory, which stays in the cache. */
  scratchBytesPerThread = 0;
  private nextId: number;

  constructor(
    readonly target: LoweringTarget,
    readonly batchSize: number,
    firstWorkId: TensorId,
  ) {
    this.nextId = firstWorkId;
  }

  workTensor(floats: number): TensorId {
    const id = this.nextId++;
    this.workTensors.push({ id, bytes: alignBytes(4 * floats) });
    return id;
  }

  /** A step whose threads each keep to their own samples, as far as per-sample tensors go. */
  onSamples<K extends KernelName>(
    kernel: K,
    samples: TensorId | undefined,
    fields: KernelFields<K>,
    scratchFloats = 0,
    fewestSamples = 1,
  ): void {
    this.push({ kernel, fields, samples, usesScratch: scratchFloats > 0, staysInSamples: true, fewestSamples }, scratchFloats);
  }

  /** A step that divides its work in another way. */
  acrossSamples<K extends KernelName>(kernel: K, samples: TensorId | undefined, fields: KernelFields<K>): void {
    this.push({ kernel, fields, samples, usesScratch: false, staysInSamples: false, fewestSamples: 1 }, 0);
  }

  private push(step: Step, scratchFloats: number): void {
    this.scratchBytesPerThread = Math.max(this.scratchBytesPerThread, alignBytes(4 * scratchFloats));
    this.steps.push(step);
  }
}

const tensorFields = new Map(
  Object.entries<Readonly<Record<string, FieldType>>>(kernelLayouts).map(([kernel, layout]) => {
    const tensors = Object.entries(layout).filter(([, type]) => type === 'place' || type === 'result');
    return [kernel, tensors.map(([field, type]) => ({ field, written: type === 'result' }))] as const;
  }),
);

/** The tensors that a step reads or writes. */
export function tensorsOf(step: Step): { id: TensorId; written: boolean }[] {
  const tensors: { id: TensorId; written: boolean }[] = [];
  for (const { field, written } of tensorFields.get(step.kernel)!) {
    const id = step.fields[field];
    if (id !== undefined) tensors.push({ id, written });
  }
  if (step.samples !== undefined) tensors.push({ id: step.samples, written: false });
  return tensors;
}

/** The step with other tensors in their places. */
export function withTensors(step: Step, placeOf: (id: TensorId) => TensorId): Step {
  const types: Readonly<Record<string, FieldType>> = kernelLayouts[step.kernel];
  const fields = Object.entries(step.fields).map(([field, value]) => {
    const isTensor = types[field] === 'place' || types[field] === 'result';
    return [field, isTensor && value !== undefined ? placeOf(value) : value] as const;
  });
  return { ...step, fields: Object.fromEntries(fields) };
}

/** Bytes of a tensor with its batch dimension. */
export function tensorBytes(tensor: TensorSpecification, batchSize: number): number {
  return 4 * tensor.shape.reduce((product, size) => product * size, tensor.perSample ? batchSize : 1);
}
