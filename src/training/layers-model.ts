import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { elementsOf } from '../network/graph-queries';
import { exportTopology } from '../network/topology-export';
import type { LayerGraph } from '../protocol/layer-graph';
import type { WeightValues } from './initialize-weights';

/**
 * Models on disk in the format of tf.LayersModel (`model.json` and `weights.bin`), which `tf.loadLayersModel` opens.
 * What the format does not say (how images are normalised, what the classes are called) stands in `userDefinedMetadata`; gates of SLU, which
 * are no layers of the model, lie beside it in `gates.bin`.
 */

/** How convolutions compute where a model is to be used as it was trained: in fixed point, with the ranges that the activations had. */
export const quantizationSchema = z.strictObject({
  activationBits: z.int().min(2).max(16),
  weightBits: z.int().min(2).max(16),
  /** Whether samples could skip blocks in training. */
  skipping: z.boolean(),
  /** By `layer/input_range`; 0 where no sample ever passed. */
  ranges: z.record(z.string(), z.number().min(0)),
});
export type Quantization = z.infer<typeof quantizationSchema>;

export const modelMetadataSchema = z.object({
  /** Pixels are divided by 255, then (value − mean) / deviation per channel. */
  normalization: z.object({ channelMean: z.array(z.number()), channelDeviation: z.array(z.number()) }),
  classes: z.array(z.string()),
  /** Name of the data set that the model was trained on. */
  dataset: z.string(),
  iteration: z.int().min(0),
  /** Sets of weights that these are the average of (SWA); absent for the weights that SGD stood at. */
  averagedWeights: z.int().min(1).optional(),
  /** Weights of the gates that trained with the network (SLU), as they lie in `gates.bin`. The model itself runs all of its blocks. */
  gates: z.array(z.object({ name: z.string(), shape: z.array(z.int().min(1)) })).optional(),
  /** By a residual block's add, the share of training samples that ran through its branch, where that went into the branch's last weights. */
  branchShares: z.record(z.string(), z.number().min(0).max(1)).optional(),
  /** Absent for a model that computes in float32. */
  quantization: quantizationSchema.optional(),
});
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;

const modelFileSchema = z.object({
  modelTopology: z.unknown(),
  weightsManifest: z.array(
    z.object({ paths: z.array(z.string()), weights: z.array(z.object({ name: z.string(), shape: z.array(z.int()), dtype: z.string() })) }),
  ),
  userDefinedMetadata: modelMetadataSchema,
});

export interface Model {
  readonly graph: LayerGraph;
  readonly weights: WeightValues;
  readonly metadata: ModelMetadata;
}

/** A model as it was read: the topology as JSON, for `importTopology`. */
export interface StoredModel extends Omit<Model, 'graph'> {
  readonly topology: unknown;
}

/** The files of a model, by name; `gates.bin` where the metadata name gates. */
export function encodeModel({ graph, weights, metadata }: Model): Record<string, Uint8Array> {
  const exported = exportTopology(graph);
  const manifest = exported.weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' }));
  const file = {
    format: 'layers-model',
    generatedBy: 'E2-Train',
    convertedBy: null,
    modelTopology: exported.modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: manifest }],
    userDefinedMetadata: metadata,
  };
  const joined = (list: readonly { readonly name: string }[]) => joinFloats(list.map(({ name }) => weights.get(name)!));
  return {
    'model.json': Buffer.from(JSON.stringify(file)),
    'weights.bin': joined(manifest),
    ...(metadata.gates && { 'gates.bin': joined(metadata.gates) }),
  };
}

/**
 * Reads the model that a folder holds.
 * @throws Error with one sentence when a file is missing or is not what `encodeModel` writes.
 */
export async function readModel(directory: string): Promise<StoredModel> {
  const parsed = modelFileSchema.safeParse(JSON.parse(await readFile(join(directory, 'model.json'), 'utf8')));
  if (!parsed.success) throw new Error('Its model.json was not written by this version of E2-Train.');
  const { modelTopology, weightsManifest, userDefinedMetadata } = parsed.data;
  const manifest = weightsManifest.flatMap(({ weights }) => weights);
  const { gates = [] } = userDefinedMetadata;
  const weights = [...(await readTensors(directory, 'weights.bin', manifest)), ...(await readTensors(directory, 'gates.bin', gates))];
  return { topology: modelTopology, weights: new Map(weights), metadata: userDefinedMetadata };
}

async function readTensors(
  directory: string,
  file: string,
  list: readonly { readonly name: string; readonly shape: readonly number[] }[],
): Promise<[string, Float32Array][]> {
  if (list.length === 0) return [];
  const values = splitFloats(
    await readFile(join(directory, file)),
    list.map(({ shape }) => elementsOf(shape)),
  );
  return list.map(({ name }, index) => [name, values[index]!]);
}

/** Float32 little-endian, one tensor behind the other. */
export function joinFloats(tensors: readonly Float32Array[]): Uint8Array {
  return Buffer.concat(tensors.map((tensor) => new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength)));
}

/** @throws Error with one sentence when the bytes are not as many as the lengths ask for. */
export function splitFloats(bytes: Uint8Array, lengths: readonly number[]): Float32Array[] {
  const needed = 4 * lengths.reduce((sum, length) => sum + length, 0);
  if (bytes.byteLength !== needed) throw new Error(`The stored weights have ${bytes.byteLength} bytes where ${needed} are expected.`);
  const aligned = new Float32Array(Uint8Array.from(bytes).buffer);
  let offset = 0;
  return lengths.map((length) => {
    offset += length;
    return aligned.slice(offset - length, offset);
  });
}
