import * as z from 'zod';
import { tuningSchema } from '../protocol/configuration';
import { logLevels } from '../protocol/messages';
import { metricRecordSchema } from '../protocol/records';
import { runFileSchema } from '../protocol/runs';

/** What backend and trainer processes say to each other over IPC. */

export const toTrainerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('start'),
    workspace: z.string(),
    runId: z.string(),
    /** Last record of the run so far. */
    lastSequence: z.int().min(0),
  }),
  /** This many of the trainer's records are now in the run's files, the last with this number. */
  z.strictObject({ type: z.literal('recorded'), count: z.int().min(1), lastSequence: z.int().min(1) }),
  z.strictObject({ type: z.literal('tune'), tuning: tuningSchema }),
  /** Ends after the present iteration, with a checkpoint. */
  z.strictObject({ type: z.literal('stop') }),
]);
export type ToTrainer = z.infer<typeof toTrainerSchema>;

export const fromTrainerSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('record'), record: metricRecordSchema }),
  /** What the run computes with and on, before its first iteration. */
  z.strictObject({
    type: z.literal('prepared'),
    data: runFileSchema.shape.data.unwrap(),
    environment: runFileSchema.shape.environment.unwrap(),
  }),
  z.strictObject({ type: z.literal('log'), level: z.enum(logLevels), message: z.string() }),
  /** The last message: how the run ended; a failure says why in one sentence. */
  z.strictObject({ type: z.literal('ended'), outcome: z.enum(['finished', 'stopped', 'failed']), reason: z.string().optional() }),
]);
export type FromTrainer = z.infer<typeof fromTrainerSchema>;
export type TrainerPrepared = Extract<FromTrainer, { type: 'prepared' }>;
export type TrainerOutcome = Extract<FromTrainer, { type: 'ended' }>;
