import { liveStates } from '../../src/protocol/records';
import type { RunSummary } from '../../src/protocol/runs';

/** The runs that the page knows, newest first, each with its latest summary. */
export class RunList {
  private readonly runs = new Map<string, RunSummary>();

  get all(): RunSummary[] {
    return [...this.runs.values()].sort((one, other) => other.run.created.localeCompare(one.run.created));
  }

  get(runId: string | undefined): RunSummary | undefined {
    return runId === undefined ? undefined : this.runs.get(runId);
  }

  replace(runs: readonly RunSummary[]): void {
    this.runs.clear();
    for (const summary of runs) this.runs.set(summary.run.id, summary);
  }

  change(summary: RunSummary): void {
    this.runs.set(summary.run.id, summary);
  }

  remove(runId: string): void {
    this.runs.delete(runId);
  }

  /** The first of the wanted runs that exists, else the newest live one, else the newest. */
  choose(...wanted: (string | undefined)[]): string | undefined {
    const known = wanted.find((runId) => runId !== undefined && this.runs.has(runId));
    return known ?? (this.all.find(({ run }) => liveStates.includes(run.state)) ?? this.all[0])?.run.id;
  }
}
