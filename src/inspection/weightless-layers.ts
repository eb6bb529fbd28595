import type { DataType, Tensor } from '@tensorflow/tfjs-core';
import * as layersLibrary from '@tensorflow/tfjs-layers';
import { shapeOnlyTensor } from './shape-only-backend';

/** A weight of a layer: its shape and name, no values. */
class SymbolicWeight {
  readonly id = 0;
  constructor(
    readonly name: string,
    readonly shape: readonly number[],
    readonly dtype: DataType,
    public trainable: boolean,
  ) {}
  get originalName(): string {
    return this.name;
  }
  get val(): Tensor {
    return this.read();
  }
  read(): Tensor {
    return shapeOnlyTensor(this.shape, this.dtype);
  }
  write(): this {
    return this;
  }
  dispose(): void {}
}

interface LayerInternals {
  _addedWeightNames: string[];
  _trainableWeights: SymbolicWeight[];
  _nonTrainableWeights: SymbolicWeight[];
  weights: SymbolicWeight[];
  trainableWeights: SymbolicWeight[];
}

function addWeight(
  this: LayerInternals & { name: string },
  name: string,
  shape: number[],
  dtype?: DataType,
  _initializer?: unknown,
  _regularizer?: unknown,
  trainable = true,
): SymbolicWeight {
  if (this._addedWeightNames.includes(name)) throw new Error(`Duplicate weight name ${name} for layer ${this.name}`);
  this._addedWeightNames.push(name);
  const weight = new SymbolicWeight(name, shape, dtype ?? 'float32', trainable);
  (trainable ? this._trainableWeights : this._nonTrainableWeights).push(weight);
  return weight;
}

const history = () => Promise.resolve({ epoch: [], history: {}, params: {} });

/** What a model does beside being built: nothing of it runs while it is inspected. */
const idleModelMethods: Record<string, (this: layersLibrary.LayersModel) => unknown> = {
  compile: () => undefined,
  summary: () => undefined,
  fit: history,
  fitDataset: history,
  trainOnBatch: () => Promise.resolve(0),
  evaluate: () => shapeOnlyTensor([]),
  evaluateDataset: () => Promise.resolve(shapeOnlyTensor([])),
  save: () => Promise.resolve({ modelArtifactsInfo: {} }),
  loadWeights: () => undefined,
  predict: idlePrediction,
  predictOnBatch: idlePrediction,
};

function idlePrediction(this: layersLibrary.LayersModel): Tensor | Tensor[] {
  const outputs = this.outputs.map(({ shape }) => shapeOnlyTensor(shape.map((size) => size ?? 1)));
  return outputs.length === 1 ? outputs[0]! : outputs;
}

let applied = false;

/** Makes tf.layers build models without allocating a weight, and models not train. Once per process. */
export function makeLayersWeightless(): void {
  if (applied) return;
  applied = true;
  const { LayersModel, Sequential, layers } = layersLibrary;
  Object.assign(layers.Layer.prototype, {
    addWeight,
    setWeights: () => undefined,
    getWeights(this: LayerInternals, trainableOnly = false) {
      return (trainableOnly ? this.trainableWeights : this.weights).map((weight) => weight.read());
    },
  });
  for (const prototype of [LayersModel.prototype, Sequential.prototype]) Object.assign(prototype, idleModelMethods);
}
