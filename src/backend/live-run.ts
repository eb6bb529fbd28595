import { liveStates, type MetricRecord, type RunState } from '../protocol/records';
import type { RunFile, RunSummary } from '../protocol/runs';
import type { RunFolder } from '../runs/run-folder';

export interface LiveRunListener {
  onChanged(summary: RunSummary): void;
  onGrown(runId: string): void;
}

/** Figures of a run go to lists this often at most; its state goes at once. */
const figuresMs = 500;

/** A run in this backend's hands: writes its record and its state, and keeps what lists show of it. */
export class LiveRun {
  private figuresTimer?: ReturnType<typeof setTimeout>;
  private writeFailure?: string;

  constructor(
    readonly folder: RunFolder,
    private present: RunSummary,
    private readonly listener: LiveRunListener,
  ) {}

  get id(): string {
    return this.folder.id;
  }

  get state(): RunState {
    return this.present.run.state;
  }

  get summary(): RunSummary {
    return this.present;
  }

  /** One sentence, once the run's folder could not be written. */
  get failure(): string | undefined {
    return this.writeFailure;
  }

  /**
   * Appends to the run's files and gives the sequence number.
   * @throws Error with one sentence when the disk does not take it; nothing is appended from then on.
   */
  append(record: MetricRecord): number {
    if (this.writeFailure) throw new Error(this.writeFailure);
    let sequence: number;
    try {
      sequence = this.folder.append(record).sequence;
    } catch (error) {
      this.writeFailure = sentenceOf(error);
      throw new Error(this.writeFailure);
    }
    this.present = { ...this.present, ...latest(record), lastSequence: sequence };
    this.listener.onGrown(this.id);
    this.figuresTimer ??= setTimeout(() => this.tell(), figuresMs);
    return sequence;
  }

  /** Moves the run to a state: in its file, in its record and in lists. Runs that nobody works on any more lose their owner. */
  enter(state: RunState, change: Partial<RunFile> = {}): void {
    const live = liveStates.includes(state);
    const whole: Partial<RunFile> = { reason: undefined, ended: live ? undefined : new Date().toISOString(), ...change, state };
    if (!live) {
      whole.owner = undefined;
      whole.hostEnergy = this.present.hostEnergy;
    }
    this.note(whole);
    const { reason } = whole;
    try {
      this.append({ type: 'state', iteration: this.present.iteration?.iteration ?? 0, state, ...(reason && { reason }) });
    } catch {
      // `failure` says why from now on; the state itself still goes to lists.
    }
    if (!live) this.present = { ...this.present, resumable: this.folder.latestCheckpoint() !== undefined && state !== 'finished' };
    this.tell();
  }

  /** Changes the run's file. */
  note(change: Partial<RunFile>): void {
    this.present = { ...this.present, run: { ...this.present.run, ...change } };
    try {
      this.folder.update(change);
    } catch (error) {
      this.writeFailure ??= sentenceOf(error);
    }
  }

  private tell(): void {
    clearTimeout(this.figuresTimer);
    this.figuresTimer = undefined;
    this.listener.onChanged(this.present);
  }
}

/** The part of a summary that a record renews. */
function latest(record: MetricRecord): Partial<RunSummary> {
  if (record.type === 'iteration') return { iteration: record };
  if (record.type === 'evaluation') return { evaluation: record };
  if (record.type === 'prediction') return { prediction: record, plannedIterations: record.plannedIterations };
  if (record.type === 'hostEnergy') return { hostEnergy: record.energy };
  return {};
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
