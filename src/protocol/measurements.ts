import * as z from 'zod';
import { phases } from './phases';

/**
 * Measurement files: `.e2train/measurements/<id>.json`. One file holds what one session at a board or one import gave: a row for each layer,
 * phase and precision, and where it all comes from. Energies are joules, powers watts, times seconds; what could not be had is a row
 * with the reason, never a zero.
 */

const positive = z.number().positive();
const count = z.int().min(0);

/** How a stored figure came to be; `unavailable` rows carry no figure. */
export const measuredKinds = ['measured', 'simulated', 'published'] as const;
export type MeasuredKind = (typeof measuredKinds)[number];

const subject = {
  /** The layer's name in the graph that it was taken from. */
  layer: z.string().min(1),
  /** What the layer computes, whatever its name (`layerSignature`); absent in imports that give names only. */
  signature: z.string().min(1).optional(),
  phase: z.enum(phases),
  /** Of the operands: `fp32`, `int8`, or by operand `w8a8g16`; boards may have names of their own. */
  precision: z.string().min(1),
};

export const figureRowSchema = z.strictObject({
  ...subject,
  kind: z.enum(measuredKinds),
  /** Images in one execution. */
  batchSize: z.int().min(1),
  /** Of one execution of the phase: without the idle power where `idleW` is given, else with it. */
  energyJ: positive,
  /** One standard deviation of `energyJ`: spread over repeats, idle power, resolution and timing together. Absent where it is not known. */
  standardErrorJ: z.number().min(0).optional(),
  /** Of one execution. */
  seconds: positive.optional(),
  /** Mean while it ran, idle power included. */
  powerW: positive.optional(),
  /** Mean of the idle windows before and after; absent when none was recorded. */
  idleW: z.number().optional(),
  /** Windows that were measured, and executions in each. */
  repeats: z.int().min(1),
  executions: z.int().min(1).optional(),
  /** Power samples in all windows, and intervals between them that were longer than three usual ones. */
  samples: count.optional(),
  gaps: count.optional(),
  board: z.string().optional(),
  clockMHz: positive.optional(),
  /** What the figure was taken with, or where it was read. */
  source: z.string().min(1),
  at: z.iso.datetime().optional(),
});
export type FigureRow = z.infer<typeof figureRowSchema>;

export const unavailableRowSchema = z.strictObject({
  ...subject,
  kind: z.literal('unavailable'),
  /** One sentence: why, and what to do. */
  reason: z.string().min(1),
});

export const measurementRowSchema = z.discriminatedUnion('kind', [figureRowSchema, unavailableRowSchema]);
export type MeasurementRow = z.infer<typeof measurementRowSchema>;

/** Kinds of meters. */
export const meterKinds = ['rapl', 'hwmon', 'pmbus', 'nvml', 'file', 'stream'] as const;
export type MeterKind = (typeof meterKinds)[number];

export const railSchema = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(meterKinds),
  /** Smallest step of a reading; 0 where it is not known. */
  resolutionW: z.number().min(0),
  /** Whether it is part of the sum: a rail that lies within another counted one is not. */
  counted: z.boolean(),
  /** Something to know about its figures, as one sentence. */
  note: z.string().optional(),
});
export type Rail = z.infer<typeof railSchema>;

export const meterDescriptionSchema = z.strictObject({
  rails: z.array(railSchema),
  /** Usual time between two samples, as it was. */
  intervalSeconds: z.number().min(0).optional(),
  /** Share of one processor core that sampling took, as it was; part of the idle power too, so that it is not in net energies. */
  overheadShare: z.number().min(0).optional(),
});

/** When a board idled or ran a workload, by this machine's clock (seconds since 1970), and which row that is for. */
export const markedWindowSchema = z.strictObject({
  row: count,
  kind: z.enum(['idle', 'load']),
  begin: z.number(),
  end: z.number(),
  /** Of loads: executions in the window, and images in each. */
  executions: z.int().min(1).optional(),
  batchSize: z.int().min(1).optional(),
});
export type MarkedWindow = z.infer<typeof markedWindowSchema>;

const boardOriginSchema = z.strictObject({
  kind: z.literal('board'),
  board: z.string(),
  /** What was given to ssh; `local` for this machine. */
  address: z.string(),
  /** What the board says of itself. */
  hardware: z.string().optional(),
  kernel: z.string().optional(),
  /** Of each start of the board that was seen, oldest first. */
  bootIds: z.array(z.string()),
  workload: z.string(),
  meter: meterDescriptionSchema.optional(),
  /** An external meter's clock minus this machine's, estimated, in seconds. */
  clockOffset: z.strictObject({ seconds: z.number(), standardErrorSeconds: z.number(), correlation: z.number() }).optional(),
});

const importOriginSchema = z.strictObject({
  kind: z.literal('import'),
  format: z.enum(['e2train', 'pynq', 'zeus']),
  file: z.string(),
  /** Of the file's bytes. */
  sha256: z.string(),
});

export const measurementFileSchema = z.strictObject({
  format: z.literal(1),
  id: z.string().min(1),
  title: z.string(),
  created: z.iso.datetime(),
  ended: z.iso.datetime().optional(),
  /** `partial`: cancelled or failed; the rows that are there hold. */
  state: z.enum(['running', 'complete', 'partial']),
  /** Why it is partial, in one sentence. */
  reason: z.string().optional(),
  origin: z.discriminatedUnion('kind', [boardOriginSchema, importOriginSchema]),
  network: z.strictObject({ name: z.string(), file: z.string().optional(), exportName: z.string().optional() }).optional(),
  rows: z.array(measurementRowSchema),
  /** What happened on the way: links that dropped, boards that started anew, sensors that vanished. */
  events: z.array(z.strictObject({ at: z.iso.datetime(), text: z.string() })),
  /** Kept where energies are still to come from a meter's file. */
  windows: z.array(markedWindowSchema).optional(),
});
export type MeasurementFile = z.infer<typeof measurementFileSchema>;
export type MeasurementOrigin = MeasurementFile['origin'];
