import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { WeightValues } from './initialize-weights';
import { encodeModel, joinFloats, type Model, readModel, type StoredModel, splitFloats } from './layers-model';
import { type TrainingState, trainingStateSchema } from './training-state';

/** What a run needs, beside its model, to go on as if it had never paused. */
export interface TrainingMoment {
  readonly state: TrainingState;
  /** Momenta of SGD by weight name. */
  readonly momenta: WeightValues;
  /** The average of the weights so far by weight name; empty before the first (SWA). */
  readonly average: WeightValues;
}

/** A checkpoint as it was read. */
export type Checkpoint = StoredModel & TrainingMoment;

const tensorListSchema = z.array(z.strictObject({ name: z.string(), length: z.int().min(0) }));

const trainerContentSchema = z.strictObject({
  state: trainingStateSchema,
  /** Tensors of `trainer.bin` in their order: momenta, then the average. */
  momenta: tensorListSchema,
  average: tensorListSchema.default([]),
  /** SHA-256 of the other files. */
  digests: z.record(z.string(), z.string()),
});

const trainerFileSchema = z.strictObject({
  format: z.literal(1),
  content: z.unknown(),
  /** SHA-256 of `content` as JSON. */
  digest: z.string(),
});

/**
 * The files of a checkpoint by name: a model that tf.loadLayersModel opens, and beside it what only training needs. Digests bind
 * them together, so that a file changed or cut short is noticed.
 */
export function encodeCheckpoint({ state, momenta, average, ...model }: Model & TrainingMoment): Record<string, Uint8Array> {
  const files = { ...encodeModel(model), 'trainer.bin': joinFloats([...momenta.values(), ...average.values()]) };
  const content: z.input<typeof trainerContentSchema> = {
    state,
    momenta: listed(momenta),
    average: listed(average),
    digests: Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256(bytes)])),
  };
  const trainer = { format: 1, content, digest: sha256(JSON.stringify(content)) };
  return { ...files, 'trainer.json': Buffer.from(JSON.stringify(trainer)) };
}

/**
 * Reads a checkpoint's folder.
 * @throws Error with one sentence when it is damaged or incomplete.
 */
export async function readCheckpoint(directory: string): Promise<Checkpoint> {
  const file = trainerFileSchema.safeParse(await readJson(join(directory, 'trainer.json')));
  if (!file.success || sha256(JSON.stringify(file.data.content)) !== file.data.digest) throw new Error('Its trainer.json is damaged.');
  const content = trainerContentSchema.safeParse(file.data.content);
  if (!content.success) throw new Error('It was written by another version of E2-Train.');
  const { state, momenta, average, digests } = content.data;
  const contents = new Map<string, Uint8Array>();
  for (const [name, digest] of Object.entries(digests)) {
    const bytes = await readFile(join(directory, name)).catch(() => undefined);
    if (bytes === undefined) throw new Error(`Its ${name} is missing.`);
    if (sha256(bytes) !== digest) throw new Error(`Its ${name} is damaged.`);
    contents.set(name, bytes);
  }
  const values = splitFloats(
    contents.get('trainer.bin') ?? new Uint8Array(),
    [...momenta, ...average].map(({ length }) => length),
  );
  const named = (list: typeof momenta, first: number) => new Map(list.map(({ name }, index) => [name, values[first + index]!]));
  return { ...(await readModel(directory)), state, momenta: named(momenta, 0), average: named(average, momenta.length) };
}

function listed(values: WeightValues): z.infer<typeof tensorListSchema> {
  return [...values].map(([name, { length }]) => ({ name, length }));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}
