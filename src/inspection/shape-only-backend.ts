import * as core from '@tensorflow/tfjs-core';

/** Name of the backend under which tensors have a shape and no values. */
export const shapeOnlyBackend = 'shape-only';

/**
 * A backend that keeps no values. Model files make tensors beside their layers (a constant for an initializer, an image for a test): these
 * get shapes, cost no memory and read as zeros.
 */
class ShapeOnlyBackend extends core.KernelBackend {
  private readonly sizes = new WeakMap<object, { size: number; dtype: core.DataType }>();
  private live = 0;

  override write(_values: core.BackendValues, shape: number[], dtype: core.DataType): object {
    const dataId = {};
    this.sizes.set(dataId, { size: core.util.sizeFromShape(shape), dtype });
    this.live++;
    return dataId;
  }
  override move(dataId: object, _values: core.BackendValues, shape: number[], dtype: core.DataType): void {
    this.sizes.set(dataId, { size: core.util.sizeFromShape(shape), dtype });
  }
  override readSync(dataId: object): core.BackendValues {
    const { size, dtype } = this.sizes.get(dataId) ?? { size: 0, dtype: 'float32' };
    return core.util.makeZerosTypedArray(size, dtype as 'float32');
  }
  override read(dataId: object): Promise<core.BackendValues> {
    return Promise.resolve(this.readSync(dataId));
  }
  override disposeData(): boolean {
    this.live = Math.max(0, this.live - 1);
    return true;
  }
  override numDataIds(): number {
    return this.live;
  }
  override refCount(): number {
    return 1;
  }
  override incRef(): void {}
  override timerAvailable(): boolean {
    return false;
  }
  override memory() {
    return { unreliable: true };
  }
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override dispose(): void {}
}

type ShapeRule = (inputs: core.TensorInfo[], attributes: Record<string, unknown>) => number[];

const broadcast: ShapeRule = (inputs) =>
  inputs.map(({ shape }) => shape).reduce((a, b) => core.broadcast_util.assertAndGetBroadcastShape(a, b), []);
const reduced: ShapeRule = ([input], { axis, keepDims }) => {
  const axes = core.util.parseAxisParam((axis as number[] | undefined) ?? input!.shape.map((_, index) => index), input!.shape);
  const [kept] = core.backend_util.computeOutAndReduceShapes(input!.shape, axes);
  return keepDims ? core.backend_util.expandShapeToKeepDim(kept, axes) : kept;
};
const exact: ShapeRule = ([input], { shape }) => {
  const wanted = shape as number[];
  return input ? core.util.inferFromImplicitShape(wanted, core.util.sizeFromShape(input.shape)) : wanted;
};

const rules: Record<string, ShapeRule> = {
  Reshape: exact,
  Fill: exact,
  Sum: reduced,
  Mean: reduced,
  Max: reduced,
  Min: reduced,
  Prod: reduced,
  ArgMax: reduced,
  ArgMin: reduced,
  Transpose: ([input], { perm }) => (perm as number[]).map((axis) => input!.shape[axis]!),
  ExpandDims: ([input], { dim }) => {
    const shape = [...input!.shape];
    shape.splice((dim as number) < 0 ? shape.length + 1 + (dim as number) : (dim as number), 0, 1);
    return shape;
  },
  Slice: (_, { size }) => [...(size as number[])],
  OneHot: ([input], { depth }) => [...input!.shape, depth as number],
  Concat: (inputs, { axis }) => {
    const shape = [...inputs[0]!.shape];
    shape[axis as number] = inputs.reduce((sum, input) => sum + input.shape[axis as number]!, 0);
    return shape;
  },
  BatchMatMul: ([a, b], { transposeA, transposeB }) => {
    const rows = a!.shape.at(transposeA ? -1 : -2)!;
    const columns = b!.shape.at(transposeB ? -2 : -1)!;
    return [...a!.shape.slice(0, -2), rows, columns];
  },
};

/** Every operation of TensorFlow.js by its kernel name: the library exports each name as a constant of the same text. */
const kernelNames = Object.entries(core).flatMap(([key, value]) => (typeof value === 'string' && value === key ? [value] : []));

/** `tensor.add(…)` and its like: the library attaches them only when it is loaded as a whole. */
function attachChainedOperations(): void {
  const prototype = core.Tensor.prototype as unknown as Record<string, unknown>;
  for (const [name, operation] of Object.entries(core)) {
    if (typeof operation !== 'function' || name in prototype || !/^[a-z]/.test(name)) continue;
    const run = operation as (...values: unknown[]) => unknown;
    prototype[name] = function chained(this: core.Tensor, ...values: unknown[]) {
      return run(this, ...values);
    };
  }
}

let registered = false;

/** Makes the shape-only backend the current one. Operations without a rule of their own give the broadcast shape of their inputs. */
export function useShapeOnlyBackend(): void {
  if (!registered) {
    const backend = new ShapeOnlyBackend();
    attachChainedOperations();
    core.registerBackend(shapeOnlyBackend, () => backend, 100);
    for (const kernelName of kernelNames) {
      const rule = rules[kernelName] ?? broadcast;
      core.registerKernel({
        kernelName,
        backendName: shapeOnlyBackend,
        kernelFunc: ({ inputs, attrs }) => {
          const tensors = Object.values(inputs ?? {}).filter((input) => input !== undefined && input !== null);
          const shape = rule(tensors as core.TensorInfo[], (attrs ?? {}) as Record<string, unknown>);
          const dtype = ((attrs as { dtype?: core.DataType } | undefined)?.dtype ?? tensors[0]?.dtype ?? 'float32') as core.DataType;
          return { dataId: backend.write([] as never, shape, dtype), shape, dtype };
        },
      });
    }
    registered = true;
  }
  core.setBackend(shapeOnlyBackend);
}

/** A tensor of that shape, without values. */
export function shapeOnlyTensor(shape: readonly number[], dtype: core.DataType = 'float32'): core.Tensor {
  return core.engine().runKernel('Fill', {}, { shape: [...shape], value: 0, dtype }) as core.Tensor;
}
