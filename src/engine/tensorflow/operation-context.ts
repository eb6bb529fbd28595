import type { Operation, OperationKind, TensorId } from '../program';
import type { KernelCalls, Tensor } from './kernel-calls';
import type { ProgramTensors, SampleSelection } from './program-tensors';

export type OperationOf<Kind extends OperationKind> = Extract<Operation, { readonly kind: Kind }>;

/** What an operation is given: TensorFlow's kernels and its tensors, of which it sees the samples that it works on. */
export class OperationContext {
  constructor(
    readonly kernels: KernelCalls,
    private readonly tensors: ProgramTensors,
    readonly samples: SampleSelection,
    /** Of the int32 tensor `id`, as they were last written. */
    readonly integers: (id: TensorId) => Int32Array,
    /** Writes the first values of the int32 tensor `id`. */
    readonly setIntegers: (id: TensorId, values: readonly number[]) => void,
    /** Values that the operation sees in the place of a tensor's own. */
    private readonly replaced: ReadonlyMap<TensorId, Tensor> = new Map(),
  ) {}

  /** The same with other values in the places of some tensors. */
  with(...replaced: readonly (readonly [TensorId, Tensor])[]): OperationContext {
    return new OperationContext(this.kernels, this.tensors, this.samples, this.integers, this.setIntegers, new Map(replaced));
  }

  /** Number of samples that the operation works on. */
  get count(): number {
    return this.samples.count;
  }

  get(id: TensorId): Tensor {
    return this.replaced.get(id) ?? this.tensors.get(id, this.samples);
  }

  set(id: TensorId, values: Tensor): void {
    this.tensors.set(id, values, this.samples);
  }

  /** Shape of one sample, or of a tensor that is not per sample. */
  shape(id: TensorId): readonly number[] {
    return this.tensors.specification(id).shape;
  }

  isPerSample(id: TensorId): boolean {
    return this.tensors.specification(id).perSample;
  }
}
