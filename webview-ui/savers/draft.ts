import { type RunConfiguration, type Savers, saversSchema, type Tuning, tuningSchema } from '../../src/protocol/configuration';

/** Settings that were sent and did not come back yet. */
const awaitedLimit = 20;

/**
 * The settings that the form shows. Without a live run they are the next run's and follow the host; with one they are the live run's as they
 * were at its first sight, then what the person tunes, so a figure that comes late does not move the slider back.
 */
export class Draft {
  configuration?: RunConfiguration;
  private liveRun?: string;
  private lastFromHost?: string;
  private readonly awaited: string[] = [];

  /**
   * Takes the host's settings; true when the form must be filled again.
   * @param liveRun the run that they belong to, undefined for the next run's.
   */
  take(configuration: RunConfiguration, liveRun: string | undefined): boolean {
    const text = JSON.stringify(configuration);
    if (liveRun === undefined && this.isEcho(text)) return false;
    const same = this.configuration !== undefined && this.liveRun === liveRun;
    if (same && (liveRun !== undefined || this.lastFromHost === text)) return false;
    this.liveRun = liveRun;
    this.lastFromHost = text;
    if (same && JSON.stringify(this.configuration) === text) return false;
    this.configuration = configuration;
    return true;
  }

  /** The settings were sent to the host, which will send them back; meanwhile the person may have moved on. */
  sent(): void {
    this.awaited.push(JSON.stringify(this.configuration));
    if (this.awaited.length > awaitedLimit) this.awaited.shift();
  }

  private isEcho(text: string): boolean {
    const index = this.awaited.indexOf(text);
    if (index < 0 || this.liveRun !== undefined) return false;
    this.awaited.splice(0, index + 1);
    this.lastFromHost = text;
    return true;
  }

  change(change: Partial<RunConfiguration>): RunConfiguration {
    this.configuration = { ...this.configuration!, ...change };
    return this.configuration;
  }

  changeSaver<Name extends SaverName>(name: Name, change: Partial<Savers[Name]>): RunConfiguration {
    const { savers } = this.configuration!;
    return this.change({ savers: { ...savers, [name]: { ...savers[name], ...change } } });
  }
}

/** Savers with knobs that a live run can take over. */
type SaverName = keyof Savers & keyof Tuning;
const saverNames = Object.keys(saversSchema.shape).filter((name) => name in tuningSchema.shape) as SaverName[];

/** What of the settings a live run can take over, where it differs. */
export function tuningBetween(before: RunConfiguration, after: RunConfiguration): Tuning | undefined {
  const tuning: Tuning = {};
  if (after.learningRate !== before.learningRate) tuning.learningRate = after.learningRate;
  if (after.iterations !== before.iterations) tuning.iterations = after.iterations;
  for (const name of saverNames) {
    const change = saverChange(name, before.savers, after.savers);
    if (change) Object.assign(tuning, { [name]: change });
  }
  return Object.keys(tuning).length > 0 ? tuning : undefined;
}

/** The knobs of a saver that can be tuned live, as the schema says, where they differ. */
function saverChange(name: SaverName, before: Savers, after: Savers): Record<string, unknown> | undefined {
  const knobs = Object.keys(tuningSchema.shape[name].unwrap().shape);
  const [old, present] = [before[name], after[name]] as Record<string, unknown>[];
  const changed = knobs.filter((knob) => old![knob] !== present![knob]);
  return changed.length > 0 ? Object.fromEntries(changed.map((knob) => [knob, present![knob]])) : undefined;
}
