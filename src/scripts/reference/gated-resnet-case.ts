import * as z from 'zod';
import { tensorSchema } from './tensor';

/** The fields; whether the tensors fit together is `gatedResNetSchema`'s to say. */
export const gatedResNetFields = z.object({
  /** Blocks in each group. */
  layers: z.array(z.int().min(1)).min(1),
  /** Whether all convolutions, those of the gates included, are predictive. */
  psg: z.boolean(),
  /** Widths and threshold of predictive ones, as those of single convolutions; the authors' defaults where absent. */
  bits: z.int().min(2).max(16).default(8),
  msbBits: z.int().min(1).max(16).default(4),
  msbGradBits: z.int().min(2).max(16).default(16),
  threshold: z.number().default(-0.05),
  /** What each executed block costs the loss for each sample. */
  beta: z.number(),
  lr: z.number(),
  momentum: z.number(),
  weightDecay: z.number(),
  x: tensorSchema,
  labels: z.array(z.int().min(0)),
  /** Drawn by each gate, one for each sample. */
  uniforms: z.array(tensorSchema),
  masks: z.array(tensorSchema),
  /** That of the gate behind the last block decides nothing. */
  gateProbs: z.array(tensorSchema),
  logits: tensorSchema,
  crossEntropy: z.number(),
  loss: z.number(),
  params: z.record(z.string(), tensorSchema),
  grads: z.record(z.string(), tensorSchema.nullable()),
  paramsAfterStep: z.record(z.string(), tensorSchema),
});
export type GatedResNetCase = z.infer<typeof gatedResNetFields>;
