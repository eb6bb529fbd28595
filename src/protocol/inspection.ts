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

/**
 * Where a weight of the layer graph is kept in a Python model: the parameter's elements, seen in `shape`, are permuted to be ours. A
 * convolution of PyTorch [out, in, height, width] becomes [height, width, in, out] by the permutation 2, 3, 1, 0.
 */
export const parameterBindingSchema = z.strictObject({
  /** Name of the weight in the graph: `conv1/kernel`. */
  weight: z.string(),
  /** Name in PyTorch's state_dict, or path of the Keras variable. */
  parameter: z.string(),
  shape: z.array(z.int().min(0)),
  permutation: z.array(z.int().min(0)),
});
export type ParameterBinding = z.infer<typeof parameterBindingSchema>;

/** What training a Python model needs to know of it beside its graph. */
export const pythonModelSchema = z.strictObject({
  framework: z.enum(['pytorch', 'keras']),
  parameters: z.array(parameterBindingSchema),
  /** What stands against training it here, as one sentence; absent where nothing does. */
  obstacle: z.string().optional(),
});
export type PythonModel = z.infer<typeof pythonModelSchema>;

export const inspectedModelSchema = z.strictObject({
  /** Name of the export or module-level variable: `default`, `createModel`, `model`, … */
  exportName: z.string(),
  /** Where the model begins in the inspected file: a CodeLens stands here. */
  source: sourceLocationSchema,
  graph: layerGraphSchema,
  /** Of a model in a Python file. */
  python: pythonModelSchema.optional(),
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
