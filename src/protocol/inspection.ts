import * as z from 'zod';
import { layerGraphSchema, sourceLocationSchema } from './layer-graph';

/** What inspection of one model file gives back. A failure is data too: one sentence, and where. */

export const inspectionProblemCodes = [
  'syntax-error',
  'module-not-found',
  'threw',
  'no-model',
  'timeout',
  'out-of-memory',
  'unknown-layer',
  'input-shape-needed',
  'process-failed',
  'not-trusted',
] as const;

export const inspectionProblemSchema = z.strictObject({
  code: z.enum(inspectionProblemCodes),
  /** One sentence for a person: what is wrong and what to do. */
  message: z.string(),
  /** Where, when it is known. */
  source: sourceLocationSchema.optional(),
  /** The export the problem belongs to, when only one of several failed. */
  exportName: z.string().optional(),
});
export type InspectionProblem = z.infer<typeof inspectionProblemSchema>;

export const inspectedModelSchema = z.strictObject({
  /** Name of the export or module-level variable: `default`, `createModel`, `model`, … */
  exportName: z.string(),
  /** Where the model begins in the inspected file: a CodeLens stands here. */
  source: sourceLocationSchema,
  graph: layerGraphSchema,
});
export type InspectedModel = z.infer<typeof inspectedModelSchema>;

export const inspectionResultSchema = z.strictObject({
  file: z.string(),
  models: z.array(inspectedModelSchema),
  problems: z.array(inspectionProblemSchema),
  /** Imported files of the workspace whose change makes this result stale. */
  dependencies: z.array(z.string()),
  milliseconds: z.number().min(0),
});
export type InspectionResult = z.infer<typeof inspectionResultSchema>;
