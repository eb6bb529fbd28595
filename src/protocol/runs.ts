import * as z from 'zod';
import { runConfigurationSchema } from './configuration';
import { hostEnergySchema } from './host-energy';
import { evaluationRecordSchema, iterationRecordSchema, predictionRecordSchema, runStates } from './records';

/** Where a run was computed: enough to say what made a number. */
export const environmentSchema = z.strictObject({
  version: z.string(),
  node: z.string(),
  platform: z.string(),
  cpu: z.string(),
  cores: z.int(),
  engine: z.string(),
  build: z.string(),
  simd: z.string(),
  threads: z.int(),
  /** Why this engine and not the first choice, when it was not. */
  engineNote: z.string().optional(),
});
export type Environment = z.infer<typeof environmentSchema>;

/** `run.json`: what a run is, in whose hands, and how it stands. */
export const runFileSchema = z.strictObject({
  format: z.literal(1),
  id: z.string().min(1),
  /** What a list shows: model, savers, short. */
  title: z.string(),
  created: z.iso.datetime(),
  configuration: runConfigurationSchema,
  /** The data set's name and where its images came from. */
  data: z.strictObject({ name: z.string(), provenance: z.string() }).optional(),
  environment: environmentSchema.optional(),
  /** What the computer drew by its own meters, once the run is at rest. */
  hostEnergy: hostEnergySchema.optional(),
  state: z.enum(runStates),
  reason: z.string().optional(),
  /** Process that works on the run, in whichever window; absent when none does. */
  owner: z.strictObject({ pid: z.int(), host: z.string(), started: z.iso.datetime() }).optional(),
  resumes: z.array(z.strictObject({ at: z.iso.datetime(), iteration: z.int() })),
  ended: z.iso.datetime().optional(),
});
export type RunFile = z.infer<typeof runFileSchema>;

/** What lists show of a run: its file and the latest of each kind of record. */
export const runSummarySchema = z.strictObject({
  run: runFileSchema,
  /** Absolute path of the run's folder. */
  directory: z.string(),
  /** False when another live process owns the run: it can be watched, not steered. */
  ours: z.boolean(),
  resumable: z.boolean(),
  lastSequence: z.int().min(0),
  plannedIterations: z.int().min(1),
  iteration: iterationRecordSchema.optional(),
  evaluation: evaluationRecordSchema.optional(),
  prediction: predictionRecordSchema.optional(),
  hostEnergy: hostEnergySchema.optional(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;
