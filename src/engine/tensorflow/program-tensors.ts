import type { Program, TensorId, TensorSpecification } from '../program';
import type { KernelCalls, Tensor } from './kernel-calls';

/** The samples that one operation works on. */
export type SampleSelection =
  | { readonly kind: 'first'; readonly count: number }
  /** Ascending, at least one. */
  | { readonly kind: 'listed'; readonly count: number; readonly indices: Int32Array };

/**
 * The values of a program's tensors. Per-sample tensors are held for the whole batch; an operation on some of the samples gets these alone
 * (Slice, GatherV2), and its result goes back to their places (ConcatV2, TensorScatterUpdate). A tensor that was never written is zero.
 */
export class ProgramTensors {
  private readonly specifications: ReadonlyMap<TensorId, TensorSpecification>;
  private readonly values = new Map<TensorId, Tensor>();

  constructor(
    program: Program,
    private readonly kernels: KernelCalls,
  ) {
    this.batchSize = program.batchSize;
    this.specifications = new Map(program.tensors.map((tensor) => [tensor.id, tensor]));
  }

  readonly batchSize: number;

  specification(id: TensorId): TensorSpecification {
    const specification = this.specifications.get(id);
    if (!specification) throw new RangeError(`The program has no tensor ${id}.`);
    return specification;
  }

  /** Values of the selected samples, the samples in front; all values of a tensor that is not per sample. */
  get(id: TensorId, samples: SampleSelection): Tensor {
    const whole = this.whole(id);
    const { shape, perSample } = this.specification(id);
    if (!perSample || samples.count === this.batchSize) return whole;
    if (samples.kind === 'first')
      return this.kernels.slice(
        whole,
        whole.shape.map(() => 0),
        [samples.count, ...shape],
      );
    return this.kernels.call('GatherV2', [whole, this.kernels.ints(samples.indices), this.kernels.ints([0], [])], {
      batch_dims: { int: 0 },
    });
  }

  /** Takes over a tensor made in the current scope; the values may come in another shape. */
  set(id: TensorId, values: Tensor, samples: SampleSelection): void {
    const { shape, perSample } = this.specification(id);
    const shaped = this.kernels.reshape(values, perSample ? [samples.count, ...shape] : shape);
    this.replace(id, perSample && samples.count < this.batchSize ? this.merged(this.whole(id), shaped, samples) : shaped);
  }

  /** The whole batch with new values for the selected samples. */
  private merged(whole: Tensor, values: Tensor, samples: SampleSelection): Tensor {
    const { kernels } = this;
    if (samples.kind === 'listed')
      return kernels.call('TensorScatterUpdate', [whole, kernels.ints(samples.indices, [samples.count, 1]), values]);
    const begin = whole.shape.map((_, axis) => (axis === 0 ? samples.count : 0));
    const rest = kernels.slice(
      whole,
      begin,
      whole.shape.map(() => -1),
    );
    return kernels.concatenate([values, rest], 0);
  }

  /** Frees the memory; the tensor reads as zero from then on. */
  forget(id: TensorId): void {
    const values = this.values.get(id);
    if (values) this.kernels.free(values);
    this.values.delete(id);
  }

  forgetAll(): void {
    for (const id of [...this.values.keys()]) this.forget(id);
  }

  private whole(id: TensorId): Tensor {
    const { shape, perSample } = this.specification(id);
    return this.values.get(id) ?? this.kernels.zeros(perSample ? [this.batchSize, ...shape] : shape);
  }

  private replace(id: TensorId, values: Tensor): void {
    const kept = this.kernels.keep(values);
    this.forget(id);
    this.values.set(id, kept);
  }
}
