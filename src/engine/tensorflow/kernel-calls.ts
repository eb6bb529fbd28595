import type { TensorFlowBinding } from './tensorflow-library';

/** A tensor that TensorFlow holds. */
export interface Tensor {
  readonly id: number;
  readonly shape: readonly number[];
}

/** Integers for one integer or a list of them, numbers for floats, by the attribute's definition in TensorFlow. */
export type Attributes = Readonly<
  Record<string, boolean | string | { int: number } | { ints: readonly number[] } | { float: number } | { type: 'float32' | 'int32' }>
>;

/** Calls of TensorFlow's kernels. Tensors that a call makes within `scope` are freed at its end unless they are kept. */
export class KernelCalls {
  private scoped = new Set<number>();

  constructor(private readonly binding: TensorFlowBinding) {}

  /** Runs the work, then frees what it made and did not keep. */
  scope(work: () => void): void {
    const outer = this.scoped;
    this.scoped = new Set();
    try {
      work();
    } finally {
      for (const id of this.scoped) this.binding.deleteTensor(id);
      this.scoped = outer;
    }
  }

  /**
   * Takes a tensor out of its scope: from now on the caller frees it. One that was not made in this scope has an owner already, and is kept
   * under a second number.
   */
  keep(tensor: Tensor): Tensor {
    if (this.scoped.delete(tensor.id)) return tensor;
    return this.keep(this.call('Identity', [tensor]));
  }

  free(tensor: Tensor): void {
    this.binding.deleteTensor(tensor.id);
  }

  /** The operation's first output. */
  call(name: string, inputs: readonly Tensor[], attributes: Attributes = {}): Tensor {
    return this.callForAll(name, inputs, attributes, 1)[0]!;
  }

  callForAll(name: string, inputs: readonly Tensor[], attributes: Attributes, outputs: number): Tensor[] {
    const encoded = Object.entries(attributes).map(([attribute, value]) => ({ name: attribute, ...this.encode(value) }));
    const ids = inputs.map(({ id }) => id);
    const made = this.binding.executeOp(name, encoded, ids, outputs);
    for (const { id } of made) this.scoped.add(id);
    return made;
  }

  floats(values: Float32Array, shape: readonly number[]): Tensor {
    return this.create(values, shape, this.binding.TF_FLOAT);
  }

  ints(values: readonly number[] | Int32Array, shape: readonly number[] = [values.length]): Tensor {
    return this.create(Int32Array.from(values), shape, this.binding.TF_INT32);
  }

  scalar(value: number): Tensor {
    return this.floats(Float32Array.of(value), []);
  }

  zeros(shape: readonly number[]): Tensor {
    return this.call('Fill', [this.ints(shape), this.scalar(0)]);
  }

  values(tensor: Tensor): Float32Array | Int32Array {
    return this.binding.tensorDataSync(tensor.id);
  }

  add(a: Tensor, b: Tensor): Tensor {
    return this.call('AddV2', [a, b]);
  }

  subtract(a: Tensor, b: Tensor): Tensor {
    return this.call('Sub', [a, b]);
  }

  multiply(a: Tensor, b: Tensor): Tensor {
    return this.call('Mul', [a, b]);
  }

  divide(a: Tensor, b: Tensor): Tensor {
    return this.call('RealDiv', [a, b]);
  }

  sum(tensor: Tensor, axes: readonly number[]): Tensor {
    return this.call('Sum', [tensor, this.ints(axes)], { keep_dims: false });
  }

  reshape(tensor: Tensor, shape: readonly number[]): Tensor {
    const same = tensor.shape.length === shape.length && shape.every((size, axis) => size === tensor.shape[axis]);
    return same ? tensor : this.call('Reshape', [tensor, this.ints(shape)]);
  }

  /** `sizes` −1: to the end. */
  slice(tensor: Tensor, begin: readonly number[], sizes: readonly number[]): Tensor {
    return this.call('Slice', [tensor, this.ints(begin), this.ints(sizes)]);
  }

  /** Adds `before` and `after` elements on each axis. */
  pad(tensor: Tensor, paddings: readonly (readonly [before: number, after: number])[], value = 0): Tensor {
    return this.call('PadV2', [tensor, this.ints(paddings.flat(), [paddings.length, 2]), this.scalar(value)]);
  }

  concatenate(parts: readonly Tensor[], axis: number): Tensor {
    return parts.length === 1
      ? parts[0]!
      : this.call('ConcatV2', [...parts, this.ints([axis], [])], {
          N: { int: parts.length },
          T: { type: 'float32' },
        });
  }

  private create(values: Float32Array | Int32Array, shape: readonly number[], type: number): Tensor {
    const id = this.binding.createTensor(shape, type, values);
    this.scoped.add(id);
    return { id, shape };
  }

  private encode(value: Attributes[string]): { type: number; value: unknown } {
    const { binding } = this;
    if (typeof value === 'boolean') return { type: binding.TF_ATTR_BOOL, value };
    if (typeof value === 'string') return { type: binding.TF_ATTR_STRING, value };
    if ('int' in value) return { type: binding.TF_ATTR_INT, value: value.int };
    if ('ints' in value) return { type: binding.TF_ATTR_INT, value: value.ints };
    if ('float' in value) return { type: binding.TF_ATTR_FLOAT, value: value.float };
    return { type: binding.TF_ATTR_TYPE, value: value.type === 'int32' ? binding.TF_INT32 : binding.TF_FLOAT };
  }
}
