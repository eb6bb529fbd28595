import type { Operation, TensorId } from '../program';
import type { KernelFields, KernelName } from './kernel-layout';

/** One record for the kernels, before its tensors have places. Fields of type place hold the id of a tensor. */
export interface Step {
  readonly kernel: KernelName;
  readonly fields: Readonly<Record<string, number | undefined>>;
  readonly samples: TensorId | undefined;
  /** Memory of its own for each thread. */
  readonly scratch: TensorId | undefined;
  readonly scratchBytesPerThread: number;
  /** Whether a thread touches per-sample tensors of the program only on its own share of the samples. */
  readonly staysInSamples: boolean;
}

/** Tensors that the lowering adds: packed weights, partial sums, scratch. They live from the step that writes them to the last that reads them. */
export interface WorkTensor {
  readonly id: TensorId;
  readonly bytes: number;
}

const vectorBytes = 64;
export const alignBytes = (bytes: number) => Math.ceil(bytes / vectorBytes) * vectorBytes;

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
  onSamples<K extends KernelName>(kernel: K, samples: TensorId | undefined, fields: KernelFields<K>, scratchFloats = 0): void {
    this.push(kernel, samples, fields, scratchFloats, true);
  }

  /** A step that divides its work in another way. */
  acrossSamples<K extends KernelName>(kernel: K, samples: TensorId | undefined, fields: KernelFields<K>, scratchFloats = 0): void {
    this.push(kernel, samples, fields, scratchFloats, false);
  }

  private push<K extends KernelName>(
    kernel: K,
    samples: TensorId | undefined,
    fields: KernelFields<K>,
    scratchFloats: number,
    staysInSamples: boolean,
  ): void {
    const scratchBytesPerThread = alignBytes(4 * scratchFloats);
    let scratch: TensorId | undefined;
    if (scratchFloats > 0) {
      scratch = this.nextId++;
      this.workTensors.push({ id: scratch, bytes: scratchBytesPerThread * this.target.threads });
    }
    this.steps.push({ kernel, fields, samples, scratch, scratchBytesPerThread, staysInSamples });
  }
}
