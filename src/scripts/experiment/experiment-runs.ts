import { isDeepStrictEqual } from 'node:util';
import { type RunConfiguration, runConfigurationSchema } from '../../protocol/configuration';
import type { RunSummary } from '../../protocol/runs';
import type { RunFolder } from '../../runs/run-folder';
import { RunStore } from '../../runs/run-store';
import type { Task } from './plans';

/** How a task stands: its run, if it was begun, and what share of it is done. */
export interface TaskState {
  readonly task: Task;
  readonly configuration: RunConfiguration;
  readonly summary?: RunSummary;
  readonly done: boolean;
}

/** The runs of an experiment: ordinary runs in the folder's `.e2train/runs`, found again by their configuration. */
export class ExperimentRuns {
  private readonly store: RunStore;

  constructor(directory: string) {
    this.store = new RunStore(directory);
  }

  states(tasks: readonly Task[]): TaskState[] {
    const summaries = this.store.summaries();
    return tasks.map((task) => {
      const configuration = runConfigurationSchema.parse(task.configuration);
      const alike = summaries.filter(({ run }) => isDeepStrictEqual(run.configuration, configuration));
      const summary = alike.find(({ run }) => run.state === 'finished') ?? alike.find(({ resumable }) => resumable);
      return { task, configuration, ...(summary && { summary }), done: summary?.run.state === 'finished' };
    });
  }

  /** The run of a task: the one that was stopped, or a new one. */
  open({ task, configuration, summary }: TaskState): RunFolder {
    if (summary) return this.store.open(summary.run.id);
    return this.store.create(configuration, `${task.row.label}, seed ${task.seed}`);
  }
}
