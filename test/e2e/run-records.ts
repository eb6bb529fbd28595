import type { IterationRecord, MetricRecord } from '../../src/protocol/records';
import type { RunFolder } from '../../src/runs/run-folder';
import { RunStore } from '../../src/runs/run-store';

/** What the runs of a workspace have on disk: the truth that views are held against. */
export class RunRecords {
  private readonly store: RunStore;

  constructor(workspace: string) {
    this.store = new RunStore(workspace);
  }

  /** The newest run. */
  get run(): RunFolder {
    return this.store.open(this.store.ids()[0]!);
  }

  get count(): number {
    return this.store.ids().length;
  }

  /** Test accuracy of a finished run, 0 to 1. */
  accuracyOf(runId: string): number {
    return this.store.summary(runId)!.evaluation!.accuracy;
  }

  /** The newest run's state, as it stands: interrupted when its process is gone. */
  get state(): string {
    return this.store.summary(this.run.id)!.run.state;
  }

  all(): MetricRecord[] {
    return this.run.readRecords().map(({ record }) => record);
  }

  iterations(): IterationRecord[] {
    return this.all().filter((record): record is IterationRecord => record.type === 'iteration');
  }
}
