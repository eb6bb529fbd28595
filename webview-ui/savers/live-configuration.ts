import type { RunConfiguration } from '../../src/protocol/configuration';
import type { RunSummary } from '../../src/protocol/runs';

/** The live run's settings as they are now. Its file holds those that it started with; its predictions tell what was tuned since. */
export function liveConfiguration({ run, prediction }: RunSummary): RunConfiguration {
  return { ...run.configuration, ...prediction?.settings };
}
