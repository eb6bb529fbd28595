import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/runs';
import type { Backend } from '../backend/backend';
import type { Log } from '../diagnostics/log';
import { Disposable } from '../disposable';
import { newestFirst } from './run-item';
import { isLive, isOursAndLive, withLastLoss } from './run-progress';

/** All runs of the workspace as the backend tells them, newest first. */
export class RunList extends Disposable {
  private readonly summaries = new Map<string, RunSummary>();
  private readonly changed = this.track(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changed.event;
  private readonly broken = this.track(new vscode.EventEmitter<RunSummary>());
  /** A run of this window came to a bad end while the backend lives. */
  readonly onDidBreak = this.broken.event;
  private loading?: Promise<void>;

  constructor(
    private readonly backend: Backend,
    private readonly log: Log,
  ) {
    super();
    backend.isTraining = () => this.live() !== undefined;
    backend.on('runs/changed', ({ summary }) => this.take(summary));
    backend.on('runs/deleted', ({ runId }) => {
      if (this.summaries.delete(runId)) this.changed.fire();
    });
    this.track(
      backend.onDidChangeState(({ kind }) => {
        if (kind === 'running') void this.refresh();
      }),
    );
    // The backend took its trainers along: until it is back, nothing is live.
    this.track(backend.onDidFail(({ reason }) => this.interruptAll(reason)));
  }

  all(): RunSummary[] {
    return newestFirst([...this.summaries.values()]);
  }

  get(runId: string): RunSummary | undefined {
    return this.summaries.get(runId);
  }

  /** The run that this window trains now; the newest where several wait. */
  live(): RunSummary | undefined {
    const live = this.all().filter(isOursAndLive);
    return live.find(({ run }) => run.state !== 'queued') ?? live[0];
  }

  /** Starts the backend when needed and asks for all runs. */
  refresh(): Promise<void> {
    this.loading ??= this.load().finally(() => {
      this.loading = undefined;
    });
    return this.loading;
  }

  private async load(): Promise<void> {
    try {
      const summaries = await this.backend.request('runs/list', {});
      this.summaries.clear();
      for (const summary of summaries) this.summaries.set(summary.run.id, summary);
      this.changed.fire();
    } catch (error) {
      this.log.warn(`The runs could not be listed: ${error instanceof Error ? error.message : error}`);
    }
  }

  private take(summary: RunSummary): void {
    const before = this.summaries.get(summary.run.id);
    this.summaries.set(summary.run.id, withLastLoss(summary, before));
    this.changed.fire();
    const ended = summary.run.state === 'interrupted' || summary.run.state === 'failed';
    if (before && isOursAndLive(before) && ended) this.broken.fire(summary);
  }

  private interruptAll(reason: string): void {
    for (const summary of this.summaries.values()) {
      if (!isLive(summary) || !summary.ours) continue;
      this.summaries.set(summary.run.id, { ...summary, run: { ...summary.run, state: 'interrupted', reason } });
    }
    this.changed.fire();
  }
}
