import * as z from 'zod';
import { modelReferenceSchema } from './configuration';
import { phases } from './phases';

/** What to measure of a model, where and how: one schema for command line and editor. `description` texts are shown to people. */
export const measuringSchema = z.strictObject({
  model: modelReferenceSchema,
  board: z.string().min(1).describe('user@host, a host of your ssh configuration, a name of .e2train/boards.json, or “local”'),
  workload: z
    .string()
    .min(1)
    .optional()
    .describe('how the board runs one layer; {layer.json}, {layer}, {flags}, {phase}, {precision}, {executions} stand for it'),
  meter: z.string().min(1).optional().describe('an external meter: the CSV file or pipe that it writes, or - for standard input'),
  phases: z.array(z.enum(phases)).min(1).default(['forward']).describe('forward, inputGradient, weightGradient, update'),
  precisions: z.array(z.string().min(1)).min(1).default(['fp32']).describe('names of precisions, such as fp32,int8'),
  layers: z.array(z.string().min(1)).min(1).optional().describe('names of layers (default: one of each kind of work that has weights)'),
  rails: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('power rails to sum, by the beginnings of their names (“e2train measure meters” lists them)'),
  batchSize: z.int().min(1).max(4096).default(1).describe('images in one execution of a layer'),
  executions: z.int().min(1).max(1e9).default(1).describe('executions of the layer in one run of the workload'),
  repeats: z.int().min(1).max(1000).default(5).describe('runs of the workload for each figure'),
  windowSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(0)
    .describe('raise the executions until one run of the workload takes so many seconds; it must repeat the layer as {executions} says'),
  idleSeconds: z.number().min(0).max(3600).default(2).describe('length of the idle windows before and after; 0: energies are gross'),
  intervalSeconds: z.number().min(0.001).max(10).default(0.02).describe('time between two power samples'),
  reconnectSeconds: z.number().min(0).max(3600).default(180).describe('how long a board that went away is waited for'),
});
export type Measuring = z.infer<typeof measuringSchema>;
export type MeasuringInput = z.input<typeof measuringSchema>;

/** How far a measuring session is. */
export const measuringProgressSchema = z.strictObject({ done: z.int().min(0), total: z.int().min(0), text: z.string() });
