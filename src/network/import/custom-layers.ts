import { emitOther, type LayerConverter } from './layer-request';

/** A layer of a class that is not one of Keras', as it was built. */
export interface CustomLayer {
  /** Without the batch dimension. */
  readonly outputShape: readonly number[];
  readonly parameters: number;
}

/** A custom layer keeps its place, shape and parameters in the graph; its arithmetic is its own secret, and the note says so. */
export function customConverter({ outputShape, parameters }: CustomLayer): LayerConverter {
  return (request) => {
    const note = `“${request.className}” is a custom layer: what it computes is not known, its MACs count as 0.`;
    return [emitOther(request, outputShape, { parameters, note })];
  };
}
