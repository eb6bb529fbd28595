import * as z from 'zod';
import { saversSchema } from '../protocol/configuration';
import { blockTallySchema, noTally } from './skipping/block-tally';
import { noAverage } from './weight-average';

/** Where a run stands after an iteration, beside its weights and momenta: all that the next iteration depends on, and what its records count. */
export const trainingStateSchema = z.strictObject({
  /** Iterations done, dropped ones included. */
  iteration: z.int().min(0),
  /** Batches taken from the data set: the next one has this index. */
  batchesTaken: z.int().min(0),
  /** Iteration after which the test images were last evaluated; 0 for never. */
  evaluatedAt: z.int().min(0),
  /** Wall-clock of the run so far, pauses between resumes left out. */
  elapsedSeconds: z.number().min(0),
  settings: z.strictObject({ learningRate: z.number(), iterations: z.int(), savers: saversSchema }),
  plan: z.strictObject({ planned: z.int().min(0), nominalShare: z.number().positive() }),
  /** States of the random streams. */
  random: z.strictObject({ dropping: z.unknown(), dropout: z.unknown(), blocks: z.unknown().default(0) }),
  ledger: z.unknown(),
  /** Where the average of the weights stands (SWA). */
  average: z.strictObject({ count: z.int().min(0), takenAt: z.int().min(0) }).default(noAverage),
  /** What of the gated blocks ran since the last record of it. */
  blocks: blockTallySchema.default(noTally),
});
export type TrainingState = z.infer<typeof trainingStateSchema>;
