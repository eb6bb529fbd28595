import * as z from 'zod';
import { runConfigurationSchema } from '../../protocol/configuration';
import { environmentSchema } from '../../protocol/runs';
import { makingSchema } from './sittings';

const gatedAccuracySchema = z.strictObject({ accuracy: z.number(), executedShare: z.number() });

/**
 * What is kept of a finished run beside the table, without weights: enough to trace each of the table's numbers. Shares are of plain
 * training (SMB, fp32) for the plan's nominal iterations.
 */
export const runRecordSchema = z.strictObject({
  experiment: z.string(),
  row: z.string(),
  label: z.string(),
  seed: z.int(),
  /** Nominal iterations that the shares are of. */
  planIterations: z.int().min(1),
  /** Command that began the run, the commit that it was made at, and where; of runs begun before they said so, those of the last call. */
  command: z.string(),
  commit: z.string(),
  environment: environmentSchema,
  /** The same of each part that was made otherwise, in order, of a run that was stopped. */
  resumed: z.array(makingSchema).optional(),
  /** Name of the data set, and what has to be said of this copy of it, or of the machine meanwhile. */
  data: z.strictObject({ name: z.string(), note: z.string().optional() }),
  /** All settings; the data set's folder is of one machine alone. */
  configuration: runConfigurationSchema.omit({ data: true }),
  /** Test accuracy of the model that the run gives, measured, 0 to 1; with SWA also of the last weights. */
  accuracy: z.number(),
  lastIterateAccuracy: z.number().optional(),
  /** SLU: the same model by other ways of inference, and the executed share of its gated blocks in each; `accuracy` is of sampled gates. */
  gates: z.strictObject({ sampled: gatedAccuracySchema, threshold: gatedAccuracySchema, full: gatedAccuracySchema }).optional(),
  images: z.int(),
  /** MACs computed over those of the baseline, counted; those of the predictor and of the gates are in it. */
  computationShare: z.number(),
  /** Joules over the baseline's, estimated by the configuration's device profile. */
  energyShare: z.number(),
  energyJ: z.number(),
  /** The same by the other built-in profiles; records from before they were kept have none. */
  otherProfiles: z.array(z.strictObject({ profile: z.string(), energyShare: z.number(), energyJ: z.number() })).default([]),
  /** Wall-clock of the run, measured, pauses left out. */
  seconds: z.number(),
  iterationsExecuted: z.int(),
  iterationsDropped: z.int(),
  /** Test accuracy over the run: [iteration, share]. */
  evaluations: z.array(z.tuple([z.int(), z.number()])),
});
export type RunRecord = z.infer<typeof runRecordSchema>;
