import * as z from 'zod';
import { inspectionProblemSchema, parameterBindingSchema } from '../../protocol/inspection';
import { layerGraphSchema, sourceLocationSchema } from '../../protocol/layer-graph';

/** What the Python tracer (`media/python`) answers, one JSON object per line. */

const described = { exportName: z.string(), source: sourceLocationSchema };

const torchModelSchema = z.object({
  ...described,
  framework: z.literal('pytorch'),
  graph: layerGraphSchema.extend({
    parameters: z.array(parameterBindingSchema),
    obstacle: z.string().nullable(),
  }),
});
export type TorchModel = z.infer<typeof torchModelSchema>;

const kerasLayerSchema = z.object({
  /** Without the names of the models that it is nested in. */
  name: z.string(),
  className: z.string(),
  /** Whether the class is one of Keras' own. */
  isKeras: z.boolean(),
  /** Without the batch dimension; null where the layer does not tell. */
  outputShape: z.array(z.int().min(0)).nullable(),
  parameters: z.int().min(0),
  /** By the variable's own name: `kernel`, `bias`, … */
  variables: z.record(z.string(), z.object({ path: z.string(), shape: z.array(z.int().min(0)), type: z.string() })),
  source: sourceLocationSchema.optional(),
});
export type KerasLayer = z.infer<typeof kerasLayerSchema>;

const kerasModelSchema = z.object({
  ...described,
  framework: z.literal('keras'),
  topology: z.unknown(),
  /** By name, with the names of the models that a layer is nested in before it. */
  layers: z.record(z.string(), kerasLayerSchema),
  obstacle: z.string().nullable(),
  /** What to say where the model leaves its input's shape open. */
  openInput: z.string(),
});
export type KerasModel = z.infer<typeof kerasModelSchema>;

const tracerResultSchema = z.object({
  models: z.array(z.discriminatedUnion('framework', [torchModelSchema, kerasModelSchema])),
  problems: z.array(inspectionProblemSchema),
  dependencies: z.array(z.string()),
});
export type TracerResult = z.infer<typeof tracerResultSchema>;

export const fromTracerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  /** The libraries are loaded: from here on the file's own time counts. */
  z.object({ type: z.literal('loaded') }),
  z.object({ type: z.literal('result'), result: tracerResultSchema, spent: z.boolean() }),
  z.object({ type: z.literal('crashed'), signal: z.int().nullable() }),
]);
export type FromTracer = z.infer<typeof fromTracerSchema>;
