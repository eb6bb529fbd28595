import * as z from 'zod';
import { type RunConfiguration, runConfigurationSchema } from '../../src/protocol/configuration';
import type { RunSummary } from '../../src/protocol/runs';

/** What the savers view keeps over being hidden: the learning rate that it tuned, since records only tell the scheduled one. */
export const keptStateSchema = z.object({
  tuned: z.object({ runId: z.string(), learningRate: runConfigurationSchema.shape.learningRate.unwrap() }).optional(),
});
export type KeptState = z.infer<typeof keptStateSchema>;

/** The live run's settings as they are now. Its file holds those that it started with; records tell what was tuned since. */
export function liveConfiguration({ run, iteration, prediction, plannedIterations }: RunSummary, kept: KeptState): RunConfiguration {
  const { configuration } = run;
  const { smd } = configuration.savers;
  const dropProbability = iteration?.dropProbability;
  const enabled = dropProbability === undefined ? smd.enabled : dropProbability > 0;
  const planned = prediction?.plannedIterations ?? plannedIterations;
  return {
    ...configuration,
    iterations: Math.max(1, Math.round(enabled ? planned / smd.scheduleStretch : planned)),
    learningRate: kept.tuned?.runId === run.id ? kept.tuned.learningRate : configuration.learningRate,
    savers: {
      ...configuration.savers,
      smd: { ...smd, enabled, dropProbability: enabled ? (dropProbability ?? smd.dropProbability) : smd.dropProbability },
    },
  };
}
