import { TopologyError } from '../network-errors';
import { emitOther, type LayerConverter, type LayerRequest, onlyInput } from './layer-request';

function mismatch(request: LayerRequest): TopologyError {
  const shapes = request.inputs.map((input) => `“${input.layer}” ${input.shape.join('×')}`).join(', ');
  return new TopologyError(`Layer “${request.name}” (${request.className}) cannot join shapes that differ: ${shapes}.`, request.name);
}

function broadcastShape(request: LayerRequest): number[] {
  const rank = Math.max(...request.inputs.map((input) => input.shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const { shape } of request.inputs) {
    shape.forEach((size, axis) => {
      const place = axis + rank - shape.length;
      if (size !== 1 && result[place] !== 1 && result[place] !== size) throw mismatch(request);
      result[place] = Math.max(result[place]!, size);
    });
  }
  return result;
}

const add: LayerConverter = (request) => {
  const first = onlyInput(request);
  const equal = request.inputs.every((input) => input.shape.join() === first.shape.join());
  if (!equal) return [emitOther(request, broadcastShape(request))];
  return [request.emit({ kind: 'add', outputShape: [...first.shape] }, request.inputs)];
};

const elementwise: LayerConverter = (request) => {
  onlyInput(request);
  return [emitOther(request, broadcastShape(request))];
};

const concatenate: LayerConverter = (request) => {
  const first = onlyInput(request).shape;
  const written = request.config.integer('axis', -1);
  // Keras counts the batch dimension as axis 0.
  const axis = written < 0 ? written + first.length : written - 1;
  const fits = request.inputs.every(
    ({ shape }) => shape.length === first.length && shape.every((size, place) => place === axis || size === first[place]),
  );
  if (!fits || axis < 0) throw mismatch(request);
  const outputShape = [...first];
  outputShape[axis] = request.inputs.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  if (axis !== first.length - 1) return [emitOther(request, outputShape)];
  return [request.emit({ kind: 'concatenate', outputShape }, request.inputs)];
};

const dot: LayerConverter = (request) => {
  const [a, b] = request.inputs;
  if (!a || !b) throw new TopologyError(`Layer “${request.name}” (Dot) needs two inputs.`, request.name);
  const axes = request.config.integers('axes', 2);
  const place = (axis: number, shape: readonly number[]) => (axis < 0 ? axis + shape.length : axis - 1);
  const [first, second] = [place(axes[0]!, a.shape), place(axes[1]!, b.shape)];
  const rest = [...a.shape.filter((_, axis) => axis !== first), ...b.shape.filter((_, axis) => axis !== second)];
  const outputShape = rest.length === 0 ? [1] : rest;
  const macs = outputShape.reduce((product, size) => product * size, a.shape[first] ?? 1);
  return [emitOther(request, outputShape, { macs })];
};

export const mergeConverters: Record<string, LayerConverter> = {
  Add: add,
  Concatenate: concatenate,
  Average: elementwise,
  Maximum: elementwise,
  Minimum: elementwise,
  Multiply: elementwise,
  Subtract: elementwise,
  Dot: dot,
};
