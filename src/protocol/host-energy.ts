import * as z from 'zod';
import { meterKinds } from './measurements';

/** What the computer that trains drew while a run ran, by its own meters: everything on it, idle power included, or why that is not known. */
export const hostEnergySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('measured'),
    /** Sum over the rails, since the run began; iterations that a resumed run did again were paid for again. */
    energyJ: z.number().min(0),
    /** Time that was measured. */
    seconds: z.number().min(0),
    rails: z.array(z.strictObject({ name: z.string(), kind: z.enum(meterKinds), energyJ: z.number().min(0) })),
    samples: z.int().min(0),
    /** Intervals between samples that were longer than three usual ones, or of which a counter told nothing. */
    gaps: z.int().min(0),
  }),
  z.strictObject({
    kind: z.literal('unavailable'),
    /** Completes “unavailable, because …”: why, and what to do. */
    reason: z.string().min(1),
  }),
]);
export type HostEnergy = z.infer<typeof hostEnergySchema>;
export type MeasuredHostEnergy = Extract<HostEnergy, { kind: 'measured' }>;
