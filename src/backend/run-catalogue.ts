import { type FSWatcher, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { RunSummary } from '../protocol/runs';
import type { RunStore } from '../runs/run-store';

export interface CatalogueListener {
  onChanged(summary: RunSummary): void;
  onGrown(runId: string): void;
  onDeleted(runId: string): void;
}

interface Known {
  stamp: string;
  lastSequence: number;
  summary: RunSummary;
}

/** File systems that report no changes (network folders, some containers) are looked at this often. */
const pollMs = 1500;
/** Reports of changes within this time are looked at together. */
const settleMs = 250;

/**
 * The runs of the workspace that this backend does not work on: finished ones, and those of other windows and of the command line,
 * which are followed by the changes of their files. A summary is read again only when its files have changed.
 */
export class RunCatalogue {
  private readonly known = new Map<string, Known>();
  private readonly watchers = new Map<string, FSWatcher>();
  private readonly poll: ReturnType<typeof setInterval>;
  private settling?: ReturnType<typeof setTimeout>;

  constructor(
    private readonly store: RunStore,
    private readonly isOurs: (runId: string) => boolean,
    private readonly listener: CatalogueListener,
  ) {
    this.scan();
    this.poll = setInterval(() => this.scan(), pollMs);
  }

  /** Looks at the folder and gives what it holds. */
  list(): RunSummary[] {
    this.scan();
    return [...this.known.values()].map(({ summary }) => summary);
  }

  find(runId: string): RunSummary | undefined {
    this.scan();
    return this.known.get(runId)?.summary;
  }

  /** Forgets a run that is now in this backend's hands. */
  release(runId: string): void {
    this.known.delete(runId);
    this.unwatch(runId);
  }

  dispose(): void {
    clearInterval(this.poll);
    clearTimeout(this.settling);
    for (const runId of [...this.watchers.keys()]) this.unwatch(runId);
  }

  private scan(): void {
    this.watch('', this.store.directory);
    const present = new Set(this.store.ids());
    for (const runId of this.known.keys()) {
      if (present.has(runId)) continue;
      this.release(runId);
      this.listener.onDeleted(runId);
    }
    for (const runId of present) if (!this.isOurs(runId)) this.look(runId);
  }

  private look(runId: string): void {
    const before = this.known.get(runId);
    const directory = join(this.store.directory, runId);
    const stamp = stampOf(directory);
    // An owner's death changes no file, so a live run is always asked about again.
    if (before?.stamp === stamp && !before.summary.run.owner) return;
    const summary = this.store.summary(runId);
    if (!summary) return;
    this.known.set(runId, { stamp, summary, lastSequence: summary.lastSequence });
    if (summary.run.owner) this.watch(runId, directory);
    else this.unwatch(runId);
    if (before && JSON.stringify(before.summary) === JSON.stringify(summary)) return;
    this.listener.onChanged(summary);
    if (before && before.lastSequence !== summary.lastSequence) this.listener.onGrown(runId);
  }

  private watch(key: string, directory: string): void {
    if (this.watchers.has(key)) return;
    try {
      const watcher = watch(directory, { persistent: false }, () => {
        this.settling ??= setTimeout(() => {
          this.settling = undefined;
          this.scan();
        }, settleMs);
      });
      // Where watching is not possible or ends, the poll sees to it.
      watcher.on('error', () => this.unwatch(key));
      this.watchers.set(key, watcher);
    } catch {
      // The folder does not exist yet, or the system has no watches left: the poll sees to it.
    }
  }

  private unwatch(key: string): void {
    this.watchers.get(key)?.close();
    this.watchers.delete(key);
  }
}

function stampOf(directory: string): string {
  return ['run.json', 'metrics.jsonl', 'layers.jsonl']
    .map((name) => {
      const stats = statSync(join(directory, name), { throwIfNoEntry: false });
      return `${stats?.mtimeMs}:${stats?.size}`;
    })
    .join(' ');
}
