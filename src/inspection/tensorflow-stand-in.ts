import * as core from '@tensorflow/tfjs-core';
import * as layersLibrary from '@tensorflow/tfjs-layers';
import { closestName } from './closest-name';
import type { LayerRecorder } from './layer-recorder';
import { InspectionError } from './problems';
import { shapeOnlyTensor, useShapeOnlyBackend } from './shape-only-backend';
import { makeLayersWeightless } from './weightless-layers';

type Factory = (...values: unknown[]) => object;
type Namespace = Record<string, unknown>;

const standsForTensorFlow = /^@tensorflow\/tfjs(-node|-node-gpu|-layers|-core)?(\/.*)?$/;
const packageOfTensorFlow = /^@tensorflow\//;

/** Something that may be called, constructed, awaited and asked for anything, and does nothing. */
function inertValue(): unknown {
  const inert: object = new Proxy(function inert() {}, {
    get: (_, key) => {
      if (key === 'then' || key === '__esModule') return undefined;
      if (key === Symbol.toPrimitive) return () => 0;
      if (key === Symbol.iterator || key === Symbol.asyncIterator) return undefined;
      return inert;
    },
    apply: () => inert,
    construct: () => inert,
  });
  return inert;
}

const isClass = (value: unknown): value is new (...values: unknown[]) => object =>
  typeof value === 'function' && value.prototype instanceof layersLibrary.layers.Layer;

/** A layer class that notes each of its instances, also those of classes that extend it. */
function recordedClass(layerClass: new (...values: unknown[]) => object, recorder: LayerRecorder): unknown {
  return new Proxy(layerClass, {
    construct: (target, [given, ...rest], newTarget) =>
      recorder.record(given as Namespace | undefined, (filled) => Reflect.construct(target, [filled, ...rest], newTarget) as object, true),
  });
}

/** `tf.layers` with every factory noting its call; a name that it does not have is a problem at once. */
function recordedLayers(recorder: LayerRecorder): unknown {
  const recorded: Namespace = {};
  for (const [name, value] of Object.entries(layersLibrary.layers)) {
    if (name === 'input') recorded[name] = (config: Namespace) => recorder.recordInput(config);
    else if (value === layersLibrary.layers.Layer || isClass(value)) recorded[name] = recordedClass(value as never, recorder);
    else if (typeof value !== 'function') recorded[name] = value;
    else recorded[name] = (given?: Namespace) => recorder.record(given, (filled) => (value as Factory)(filled));
  }
  return new Proxy(recorded, {
    get(target, key) {
      if (typeof key !== 'string' || key in target || key === 'then' || key === 'default' || key === '__esModule')
        return Reflect.get(target, key);
      const closest = closestName(key, Object.keys(recorded));
      const advice = closest ? `did you mean “${closest}”?` : 'see the list of layers in the documentation of TensorFlow.js.';
      throw new InspectionError('unknown-layer', `tf.layers has no layer “${key}”: ${advice}`);
    },
  });
}

/** Makers of tensors that would allocate, as shapes only. */
const tensorMakers = Object.fromEntries(
  ['zeros', 'ones', 'randomNormal', 'randomUniform', 'truncatedNormal', 'randomStandardNormal', 'randomUniformInt', 'randomGamma'].map(
    (name) => [name, (shape: number[]) => shapeOnlyTensor(shape)],
  ),
);

function modelMakers(recorder: LayerRecorder): Namespace {
  const named = (config: Namespace | undefined, className: string) => ({
    ...config,
    name: config?.name ?? recorder.automaticName(className, className === 'Sequential' ? 'sequential_' : 'model_'),
  });
  const sequential = (config?: Namespace) =>
    recorder.record({ name: '' }, () => {
      const { layers = [], ...rest } = named(config, 'Sequential') as { layers?: layersLibrary.layers.Layer[]; name: string };
      const model = layersLibrary.sequential(rest);
      const add = model.add;
      model.add = function addPrepared(this: layersLibrary.Sequential, layer: layersLibrary.layers.Layer) {
        if (this.outputs.length === 0) recorder.prepareFirst(this, layer);
        add.call(this, layer);
      };
      for (const layer of layers) model.add(layer);
      return model;
    });
  const model = (config: Namespace) => recorder.record({ name: '' }, () => layersLibrary.model(named(config, 'Model') as never));
  return { sequential, model, input: (config: Namespace) => recorder.recordInput(config) };
}

/**
 * The `tf` that a model file imports: TensorFlow.js' own layers, noted by the recorder and without weights; tensors of shapes only;
 * anything that loads, reads or trains does nothing.
 */
export function createTensorFlow(recorder: LayerRecorder): { tf: object; standIn: (specifier: string) => unknown } {
  makeLayersWeightless();
  useShapeOnlyBackend();
  const inert = inertValue();
  const tf: Namespace = {
    ...core,
    ...layersLibrary,
    ...tensorMakers,
    ...modelMakers(recorder),
    layers: recordedLayers(recorder),
    ...Object.fromEntries(
      ['data', 'node', 'browser', 'io', 'loadGraphModel', 'loadLayersModel', 'converter', 'tensorBoard'].map((name) => [name, inert]),
    ),
    ...{ setBackend: () => Promise.resolve(true), ready: () => Promise.resolve(), version: { tfjs: layersLibrary.version_layers } },
    __esModule: true,
  };
  tf.default = tf;
  const standIn = (specifier: string) => {
    if (standsForTensorFlow.test(specifier)) return tf;
    return packageOfTensorFlow.test(specifier) ? inert : undefined;
  };
  return { tf, standIn };
}
