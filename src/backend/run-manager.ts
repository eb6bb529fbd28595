import type { RunConfiguration, Tuning } from '../protocol/configuration';
import type { DeviceProfile } from '../protocol/device-profile';
import { liveStates, type MetricRecord } from '../protocol/records';
import type { RunFile, RunSummary } from '../protocol/runs';
import { obstacleToResume, withResume } from '../runs/resumption';
import { ownedBy } from '../runs/run-owner';
import type { RunStore } from '../runs/run-store';
import { profileOfRun } from '../runs/stored-profile';
import { keepModel, type ModelToTrain } from '../training/python-model';
import { LiveRun } from './live-run';
import type { Log } from './log';
import { refuse, sentenceInstead } from './rpc-server';
import { type CatalogueListener, RunCatalogue } from './run-catalogue';
import { Trainer } from './trainer';

export interface RunManagerOptions {
  store: RunStore;
  workspace: string;
  /** Bundle of the trainer process. @throws Error with one sentence when it is missing. */
  trainerEntry: () => string;
  listener: CatalogueListener;
  log: Log;
}

/**
 * The runs of a workspace: those in this backend's hands, of which one trains at a time (it uses all cores) while others queue in
 * order, and all others, which can be watched.
 */
export class RunManager {
  private readonly live = new Map<string, LiveRun>();
  private readonly waiting: LiveRun[] = [];
  private readonly catalogue: RunCatalogue;
  private training?: { run: LiveRun; trainer: Trainer };
  private closing = false;
  private whenIdle?: () => void;

  constructor(private readonly options: RunManagerOptions) {
    this.catalogue = new RunCatalogue(options.store, (runId) => this.live.has(runId), options.listener);
  }

  list(): RunSummary[] {
    const summaries = [...[...this.live.values()].map(({ summary }) => summary), ...this.catalogue.list()];
    return summaries.sort((a, b) => b.run.created.localeCompare(a.run.created));
  }

  /** @throws RpcError when there is no such run. */
  summary(runId: string): RunSummary {
    const summary = this.live.get(runId)?.summary ?? this.catalogue.find(runId);
    if (!summary) throw refuse(`There is no run “${runId}” in this workspace; it may have been deleted.`);
    return summary;
  }

  /**
   * Creates the run's folder and queues it.
   * @param model of a file, kept in the folder so that the run no longer depends on the source.
   */
  start(configuration: RunConfiguration, title: string, profile: DeviceProfile, model: ModelToTrain | undefined): string {
    this.refuseWhenClosing();
    const { store } = this.options;
    const folder = sentenceInstead(() => store.create(configuration, title, profile));
    if (model) sentenceInstead(() => keepModel(folder, model));
    this.queue(folder.id);
    return folder.id;
  }

  /** The device profile that the run's energies rest on. @throws RpcError when it cannot be read. */
  profile(runId: string): DeviceProfile {
    this.summary(runId);
    return sentenceInstead(() => profileOfRun(this.options.store.open(runId)));
  }

  resume(runId: string): void {
    this.refuseWhenClosing();
    const summary = this.summary(runId);
    this.refuseWhenForeign(summary, 'resumed');
    if (this.live.has(runId)) throw refuse(`The run “${summary.run.title}” is ${summary.run.state} already.`);
    const obstacle = obstacleToResume(summary);
    if (obstacle) throw refuse(obstacle);
    this.queue(runId, { resumes: withResume(this.options.store.open(runId), summary.run.resumes) });
  }

  stop(runId: string): void {
    const summary = this.summary(runId);
    this.refuseWhenForeign(summary, 'stopped');
    const run = this.live.get(runId);
    if (!run) throw refuse(`The run “${summary.run.title}” is not training: it is ${summary.run.state}.`);
    const place = this.waiting.indexOf(run);
    if (place >= 0) {
      this.waiting.splice(place, 1);
      this.leave(run, 'stopped', 'Stopped before it began.');
    } else if (run.state !== 'stopping') {
      run.enter('stopping');
      this.training?.trainer.stop();
    }
  }

  tune(runId: string, tuning: Tuning): void {
    const summary = this.summary(runId);
    this.refuseWhenForeign(summary, 'tuned');
    if (this.training?.run.id !== runId || summary.run.state === 'stopping') {
      throw refuse(`The run “${summary.run.title}” is ${summary.run.state}: only a run that trains can be tuned.`);
    }
    this.training.trainer.send({ type: 'tune', tuning });
  }

  delete(runId: string): void {
    const summary = this.summary(runId);
    this.refuseWhenForeign(summary, 'deleted');
    if (this.live.has(runId)) throw refuse(`The run “${summary.run.title}” is ${summary.run.state}: stop it before you delete it.`);
    sentenceInstead(() => this.options.store.delete(runId));
    this.catalogue.release(runId);
    this.options.listener.onDeleted(runId);
  }

  /** Takes nothing new, ends what trains with a checkpoint, and resolves when no trainer is left. */
  async close(): Promise<void> {
    this.closing = true;
    for (const run of this.waiting.splice(0)) this.leave(run, 'interrupted', 'The editor was closed before the run began.');
    if (this.training) {
      const idle = new Promise<void>((resolve) => {
        this.whenIdle = resolve;
      });
      this.training.trainer.stop();
      await idle;
    }
    this.catalogue.dispose();
  }

  private queue(runId: string, change: Partial<RunFile> = {}): void {
    const { store, listener } = this.options;
    const folder = sentenceInstead(() => store.open(runId));
    const run = new LiveRun(folder, { ...store.summary(runId)!, ours: true, resumable: false }, listener);
    this.catalogue.release(runId);
    this.live.set(runId, run);
    run.enter('queued', { ...change, ...ownedBy(process.pid) });
    if (run.failure) {
      run.folder.close();
      this.live.delete(runId);
      throw refuse(run.failure);
    }
    this.waiting.push(run);
    setImmediate(() => this.trainNext());
  }

  private trainNext(): void {
    if (this.training || this.closing) return;
    const run = this.waiting.shift();
    if (!run) return;
    const { log, workspace } = this.options;
    let trainer: Trainer;
    try {
      trainer = this.startTrainer(run);
    } catch (error) {
      this.trained(run, 'failed', error instanceof Error ? error.message : String(error));
      return;
    }
    this.training = { run, trainer };
    log('info', `${run.id}: training begins in process ${trainer.pid}.`);
    // From here on the trainer is the owner: should this backend die, the run is not free before the trainer has ended too.
    run.enter('preparing', ownedBy(trainer.pid ?? process.pid));
    trainer.send({ type: 'start', workspace, runId: run.id, lastSequence: run.summary.lastSequence });
  }

  private startTrainer(run: LiveRun): Trainer {
    const { log, trainerEntry } = this.options;
    return new Trainer(
      trainerEntry(),
      {
        onPrepared: (prepared) => {
          run.note(prepared);
          if (run.state === 'preparing') run.enter('training');
        },
        onRecord: (record) => this.record(run, record),
        onEnd: (outcome, reason) => this.trained(run, outcome, reason),
      },
      (level, message) => log(level, `${run.id}: ${message}`),
    );
  }

  private record(run: LiveRun, record: MetricRecord): number | undefined {
    if (run.failure) return undefined;
    try {
      return run.append(record);
    } catch {
      this.options.log('error', `${run.id}: ${run.failure}`);
      this.training?.trainer.stop();
      return undefined;
    }
  }

  private trained(run: LiveRun, outcome: 'finished' | 'stopped' | 'failed' | 'interrupted', reason?: string): void {
    this.training = undefined;
    this.options.log(reason ? 'warn' : 'info', `${run.id}: training ended, ${outcome}${reason ? `: ${reason}` : '.'}`);
    if (run.failure) this.leave(run, 'interrupted', run.failure);
    else if (this.closing && outcome === 'stopped') this.leave(run, 'interrupted', 'The editor was closed while the run was training.');
    else this.leave(run, outcome, reason);
    this.whenIdle?.();
    this.trainNext();
  }

  private leave(run: LiveRun, state: 'finished' | 'stopped' | 'failed' | 'interrupted', reason?: string): void {
    run.enter(state, reason === undefined ? {} : { reason });
    run.folder.close();
    this.live.delete(run.id);
  }

  private refuseWhenClosing(): void {
    if (this.closing) throw refuse('The training backend is ending: try again when it has started anew.');
  }

  private refuseWhenForeign({ ours, run }: RunSummary, verb: string): void {
    if (ours || !liveStates.includes(run.state)) return;
    const where = run.owner ? `process ${run.owner.pid} on ${run.owner.host}` : 'another process';
    throw refuse(`The run “${run.title}” belongs to another window or command (${where}) and can only be ${verb} there.`);
  }
}
