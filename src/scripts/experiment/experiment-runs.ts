import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writingTo } from '../../platform/write-failure';
import { type RunConfiguration, runConfigurationSchema } from '../../protocol/configuration';
import type { RunFile, RunSummary } from '../../protocol/runs';
import { exclusively } from '../../runs/exclusively';
import type { RunFolder } from '../../runs/run-folder';
import { ownedBy } from '../../runs/run-owner';
import { RunStore } from '../../runs/run-store';
import type { Task } from './plans';

/** How a task stands: its run, if it was begun, and in whose hands that is. */
export interface TaskState {
  readonly task: Task;
  readonly configuration: RunConfiguration;
  readonly summary?: RunSummary;
  readonly done: boolean;
  /** Process that trains the run now, in words. */
  readonly trainer?: string;
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
      const summary =
        alike.find(({ run }) => run.state === 'finished') ?? alike.find(({ run }) => run.owner) ?? alike.find(({ resumable }) => resumable);
      const owner = summary?.run.owner;
      return {
        ...{ task, configuration, done: summary?.run.state === 'finished' },
        ...(summary && { summary }),
        ...(owner && { trainer: inWords(owner) }),
      };
    });
  }

  /**
   * How a task stands, with its run: the finished one, or one that is now in this process's hands, stopped before or new. There is none
   * while another process trains it. Of several experiments in one folder, one gets each task.
   * @throws Error with one sentence when the folder cannot be written.
   */
  take(task: Task): { state: TaskState; run?: RunFolder } {
    const { directory } = this.store;
    const taken = () => {
      const state = this.states([task])[0]!;
      if (state.trainer !== undefined) return { state };
      if (state.done) return { state, run: this.store.open(state.summary!.run.id) };
      const run = this.begun(state);
      run.update({ state: 'preparing', ...ownedBy(process.pid) });
      return { state, run };
    };
    return writingTo(directory, () => {
      mkdirSync(directory, { recursive: true });
      return exclusively(join(directory, 'experiment.lock'), taken);
    });
  }

  private begun({ task, configuration, summary }: TaskState): RunFolder {
    return summary ? this.store.open(summary.run.id) : this.store.create(configuration, nameOf(task));
  }
}

/** What a person is told of a task, and the title of its run. */
export function nameOf({ row, seed }: Task): string {
  return `${row.label}, seed ${seed}`;
}

function inWords({ pid, host }: NonNullable<RunFile['owner']>): string {
  return `process ${pid}${host === hostname() ? '' : ` on ${host}`}`;
}
