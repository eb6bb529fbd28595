import type { RunConfiguration, Tuning } from '../../src/protocol/configuration';
import type { RunSummary } from '../../src/protocol/runs';

/**
 * The settings that the form shows. Without a live run they are the next run's and follow the host; with one they are the live run's from its
 * first sight on, then what the person tunes, so a figure that comes late does not move the slider back.
 */
export class Draft {
  configuration?: RunConfiguration;
  private liveRun?: string;
  private lastFromHost?: string;

  /** Takes the host's state; true when the form must be filled again. */
  take(configuration: RunConfiguration, live: RunSummary | undefined): boolean {
    const source = live ? live.run.configuration : configuration;
    const text = JSON.stringify(source);
    if (this.liveRun === live?.run.id && this.lastFromHost === text) return false;
    const first = this.liveRun !== live?.run.id || this.configuration === undefined;
    this.liveRun = live?.run.id;
    this.lastFromHost = text;
    if (!first && JSON.stringify(this.configuration) === text) return false;
    this.configuration = source;
    return true;
  }

  change(change: Partial<RunConfiguration>): RunConfiguration {
    this.configuration = { ...this.configuration!, ...change };
    return this.configuration;
  }

  changeSmd(change: Partial<RunConfiguration['savers']['smd']>): RunConfiguration {
    const { savers } = this.configuration!;
    return this.change({ savers: { ...savers, smd: { ...savers.smd, ...change } } });
  }
}

/** What of the settings a live run can take over, where it differs. */
export function tuningBetween(before: RunConfiguration, after: RunConfiguration): Tuning | undefined {
  const tuning: Tuning = {};
  if (after.learningRate !== before.learningRate) tuning.learningRate = after.learningRate;
  if (after.iterations !== before.iterations) tuning.iterations = after.iterations;
  const smd: NonNullable<Tuning['smd']> = {};
  if (after.savers.smd.enabled !== before.savers.smd.enabled) smd.enabled = after.savers.smd.enabled;
  if (after.savers.smd.dropProbability !== before.savers.smd.dropProbability) smd.dropProbability = after.savers.smd.dropProbability;
  if (Object.keys(smd).length > 0) tuning.smd = smd;
  return Object.keys(tuning).length > 0 ? tuning : undefined;
}
