import * as core from '@tensorflow/tfjs-core';
import * as layersLibrary from '@tensorflow/tfjs-layers';
import { useShapeOnlyBackend } from './shape-only-backend';
import { makeLayersWeightless } from './weightless-layers';

/** What a model file can reach and later inspections use again. */
function sharedObjects(): object[] {
  const { layers, LayersModel, Sequential, SymbolicTensor, RNN } = layersLibrary;
  const classes = [
    layers.Layer,
    LayersModel,
    Sequential,
    SymbolicTensor,
    RNN,
    core.Tensor,
    ArrayBuffer,
    Float32Array,
    Int32Array,
    Uint8Array,
    Buffer,
    URL,
  ];
  const namespaces = [layersLibrary.initializers, layersLibrary.regularizers, layersLibrary.constraints, core.train, core.util, core.math];
  return [...classes.flatMap((shared) => [shared, shared.prototype as object]), ...namespaces];
}

const describe = (shared: object) => {
  const values = Object.entries(Object.getOwnPropertyDescriptors(shared)).map(
    ([key, { value, get, set }]) => [key, value, get, set] as const,
  );
  return values;
};

/** Remembers the present state of all that inspections share; the answer tells whether a model file has changed any of it since. */
export function watchSharedState(): () => boolean {
  makeLayersWeightless();
  useShapeOnlyBackend();
  const remembered = sharedObjects().map((shared) => ({ shared, state: describe(shared) }));
  return () =>
    remembered.some(({ shared, state }) => {
      const present = describe(shared);
      return (
        present.length !== state.length ||
        present.some((entry, index) => entry.some((part, place) => !Object.is(part, state[index]![place])))
      );
    });
}
