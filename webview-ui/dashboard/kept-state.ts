import * as z from 'zod';

/** What the dashboard keeps over being hidden and reloaded. */
export const keptStateSchema = z.object({
  runId: z.string().optional(),
  smoothing: z.number().min(0).max(0.99).default(0.9),
  openTables: z.array(z.string()).default([]),
  energyBy: z.enum(['layer', 'phase']).default('layer'),
});
export type KeptState = z.infer<typeof keptStateSchema>;
