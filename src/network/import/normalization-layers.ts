import { elementsOf } from '../graph-queries';
import { emitOther, type LayerConverter, type LayerRequest, onlyInput } from './layer-request';

/** Axes as Keras writes them (one or several, the batch dimension is 0, negative from the end), as places in a shape without the batch. */
function axesOf(request: LayerRequest, rank: number): number[] {
  const written = request.config.raw('axis') ?? -1;
  const axes = (Array.isArray(written) ? written : [written]) as number[];
  return axes.map((axis) => (axis < 0 ? axis + rank : axis - 1));
}

const batchNormalization: LayerConverter = (request) => {
  const { config } = request;
  const input = onlyInput(request);
  const [axis] = axesOf(request, input.shape.length);
  const center = config.boolean('center', true);
  const scale = config.boolean('scale', true);
  if (axis !== input.shape.length - 1) {
    const parameters = (2 + (center ? 1 : 0) + (scale ? 1 : 0)) * (input.shape[axis ?? 0] ?? 0);
    return [emitOther(request, input.shape, { parameters, note: 'Normalises along an axis that is not the last.' })];
  }
  const settings = { epsilon: config.number('epsilon', 1e-3), momentum: config.number('momentum', 0.99), center, scale };
  return [request.emit({ kind: 'batchNormalization', ...settings, outputShape: [...input.shape] }, [input])];
};

const layerNormalization: LayerConverter = (request) => {
  const { shape } = onlyInput(request);
  const size = elementsOf(axesOf(request, shape.length).map((axis) => shape[axis] ?? 1));
  const vectors = (request.config.boolean('center', true) ? 1 : 0) + (request.config.boolean('scale', true) ? 1 : 0);
  return [emitOther(request, shape, { parameters: vectors * size })];
};

const prelu: LayerConverter = (request) => {
  const { shape } = onlyInput(request);
  const shared = request.config.has('sharedAxes') ? request.config.integers('sharedAxes') : [];
  return [emitOther(request, shape, { parameters: elementsOf(shape.filter((_, axis) => !shared.includes(axis + 1))) })];
};

export const normalizationConverters: Record<string, LayerConverter> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  PReLU: prelu,
};
