import { type RunConfiguration, type Savers, saversSchema, type Tuning } from '../../src/protocol/configuration';
import { applyChanges, type ConfigurationChanges, changesBetween } from '../../src/protocol/configuration-changes';

/**
 * The settings that the form shows. Without a live run they are the next run's as the host has them, and over them what the person changed and
 * the host does not hold yet. With a live run they are its settings as they were at its first sight, then what the person tunes, so a figure
 * that comes late does not move the slider back.
 */
export class Draft {
  configuration?: RunConfiguration;
  private liveRun?: string;
  /** The live run's settings as it has them once all that was sent has arrived. */
  private tuned?: RunConfiguration;
  /** The next run's settings as the host has them once all that was sent has arrived. */
  private expected?: RunConfiguration;
  private readonly underWay: { readonly number: number; readonly changes: ConfigurationChanges }[] = [];
  private lastNumber = 0;

  /**
   * Takes the host's settings; true when the form must be filled again.
   * @param liveRun the run that they belong to, undefined for the next run's.
   * @param lastChange number of the last change that the next run's settings hold.
   */
  take(configuration: RunConfiguration, liveRun: string | undefined, lastChange: number): boolean {
    const same = this.configuration !== undefined && this.liveRun === liveRun;
    if (same && liveRun !== undefined) return false;
    const before = JSON.stringify(this.configuration);
    const unsent = same ? changesBetween(this.expected!, this.configuration!) : {};
    this.liveRun = liveRun;
    if (liveRun !== undefined) this.configuration = this.tuned = configuration;
    else {
      const arrived = this.underWay.findLastIndex(({ number }) => number <= lastChange) + 1;
      this.underWay.splice(0, arrived);
      this.expected = this.underWay.reduce((settings, { changes }) => applyChanges(settings, changes), configuration);
      this.configuration = applyChanges(this.expected, unsent);
    }
    return JSON.stringify(this.configuration) !== before;
  }

  /** What the person changed since the last call, to be sent to the host under its number; undefined when there is nothing. */
  takeUnsent(): { number: number; changes: ConfigurationChanges } | undefined {
    const changes = changesBetween(this.expected!, this.configuration!);
    if (Object.keys(changes).length === 0) return undefined;
    this.expected = this.configuration;
    const sent = { number: ++this.lastNumber, changes };
    this.underWay.push(sent);
    return sent;
  }

  /** What the person changed of the live run since the last call; undefined when there is nothing. */
  takeTuning(): Tuning | undefined {
    const tuning = tuningBetween(this.tuned!, this.configuration!);
    this.tuned = this.configuration;
    return tuning;
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

/** Savers with knobs of their own. */
type SaverName = Exclude<keyof Savers, 'baseline'>;
const saverNames = Object.keys(saversSchema.shape).filter((name) => name !== 'baseline') as SaverName[];

/** What of the settings a live run can take over, where it differs. */
function tuningBetween(before: RunConfiguration, after: RunConfiguration): Tuning | undefined {
  const tuning: Tuning = {};
  if (after.learningRate !== before.learningRate) tuning.learningRate = after.learningRate;
  if (after.iterations !== before.iterations) tuning.iterations = after.iterations;
  if (after.savers.baseline !== before.savers.baseline) tuning.baseline = after.savers.baseline;
  for (const name of saverNames) {
    const change = saverChange(name, before.savers, after.savers);
    if (change) Object.assign(tuning, { [name]: change });
  }
  return Object.keys(tuning).length > 0 ? tuning : undefined;
}

/** The knobs of a saver, all of which can be tuned live, where they differ. */
function saverChange(name: SaverName, before: Savers, after: Savers): Record<string, unknown> | undefined {
  const [old, present] = [before[name], after[name]] as Record<string, unknown>[];
  const changed = Object.keys(present!).filter((knob) => old![knob] !== present![knob]);
  return changed.length > 0 ? Object.fromEntries(changed.map((knob) => [knob, present![knob]])) : undefined;
}
