import { join } from 'node:path';
import { normalizationTable, normalizeInto } from '../datasets/normalize';
import { createEngine } from '../engine/create-engine';
import type { Engine } from '../engine/engine';
import { elementsOf, inputShapeOf } from '../network/graph-queries';
import { importTopology } from '../network/topology-import';
import type { LayerGraph } from '../protocol/layer-graph';
import { shapeInWords } from './layer-in-words';
import { type ModelMetadata, readModel, type StoredModel } from './layers-model';
import { modelValues } from './quantized-inference';
import { Trainer } from './trainer';

/** What the model takes an image for. */
export interface Prediction {
  /** The most probable class. */
  readonly label: string;
  readonly probability: number;
  /** Of every class, in the order of `classes`. */
  readonly probabilities: Float32Array;
}

/** What one needs to know of a run's model before giving it images. */
export interface ModelDescription {
  /** Height, width, channels. */
  readonly inputShape: readonly number[];
  readonly classes: readonly string[];
  readonly dataset: string;
}

/** Largest batch that predicting computes at once. */
const largestBatch = 64;

/** @throws Error with one sentence when the run has no finished model. */
export async function describeModel(runDirectory: string): Promise<ModelDescription> {
  const { metadata, topology } = await readFinalModel(runDirectory);
  return { inputShape: inputShapeOf(importTopology(topology, {})), classes: metadata.classes, dataset: metadata.dataset };
}

/**
 * Predicts with a finished run's model, on our own engine.
 * @param images pixels 0 to 255 of each image, [height, width, channels] as the model's input shape says.
 * @param givenEngine computes instead of one made for this call.
 * @throws Error with one sentence when the run has no finished model or an image has another size.
 */
export async function predictImages(runDirectory: string, images: readonly Uint8Array[], givenEngine?: Engine): Promise<Prediction[]> {
  const model = await readFinalModel(runDirectory);
  const graph = importTopology(model.topology, {});
  const size = elementsOf(inputShapeOf(graph));
  images.forEach((image, index) => {
    if (image.length === size) return;
    throw new Error(
      `Image ${index + 1} has ${image.length} values; the model takes ${shapeInWords(inputShapeOf(graph))}, that is ${size}.`,
    );
  });
  const engine = givenEngine ?? (await createEngine('auto', 0));
  try {
    return await predictWith(engine, graph, model, images);
  } finally {
    if (givenEngine === undefined) await engine.dispose();
  }
}

async function predictWith(engine: Engine, graph: LayerGraph, model: StoredModel, images: readonly Uint8Array[]): Promise<Prediction[]> {
  const batchSize = Math.min(largestBatch, Math.max(1, images.length));
  const { quantization: fixedPoint } = model.metadata;
  const trainer = await Trainer.create(graph, engine, { batchSize, momentum: 0, weightDecay: 0, ...(fixedPoint && { fixedPoint }) });
  try {
    trainer.writeWeights(modelValues(model));
    const predictions: Prediction[] = [];
    for (let first = 0; first < images.length; first += batchSize) {
      const batch = images.slice(first, first + batchSize);
      const probabilities = trainer.predict(normalized(batch, model.metadata), batch.length);
      const classes = probabilities.length / batch.length;
      for (let index = 0; index < batch.length; index++) {
        predictions.push(prediction(probabilities.slice(index * classes, (index + 1) * classes), model.metadata));
      }
    }
    return predictions;
  } finally {
    trainer.dispose();
  }
}

function prediction(probabilities: Float32Array, { classes }: ModelMetadata): Prediction {
  const best = probabilities.indexOf(Math.max(...probabilities));
  return { label: classes[best] ?? `class ${best}`, probability: probabilities[best]!, probabilities };
}

/** Pixels as the model was trained on them, one image behind the other. */
function normalized(images: readonly Uint8Array[], { normalization }: ModelMetadata): Float32Array {
  const pixels = Buffer.concat(images);
  const values = new Float32Array(pixels.length);
  normalizeInto(pixels, normalizationTable(normalization), values);
  return values;
}

async function readFinalModel(runDirectory: string): Promise<StoredModel> {
  try {
    return await readModel(join(runDirectory, 'model'));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const what = missing ? 'has no finished model to predict with; let it finish first' : 'has a damaged model; train it again';
    throw new Error(`The run in ${runDirectory} ${what}.`, { cause: error });
  }
}
