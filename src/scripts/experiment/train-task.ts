import { ProgressLine } from '../../cli/progress-line';
import { trainRun } from '../../cli/train-run';
import { plannedIterations } from '../../protocol/configuration';
import { withResume } from '../../runs/resumption';
import type { RunFolder } from '../../runs/run-folder';
import { nameOf, type TaskState } from './experiment-runs';
import { type Making, noteSitting } from './sittings';

/**
 * Trains the run of a task, or goes on with it, in this process, and writes down what made it.
 * @throws Error with one sentence as `trainRun` does.
 */
export async function trainTask(
  { task, configuration, summary }: TaskState,
  run: RunFolder,
  making: Omit<Making, 'environment'>,
): Promise<'finished' | 'stopped'> {
  console.log(`${nameOf(task)}:`);
  const progress = new ProgressLine(plannedIterations(configuration), process.stderr);
  try {
    return await trainRun(
      run,
      {
        record: (record) => {
          if (record.type === 'state' && record.state === 'training') noteSitting(run, making);
          progress.show(record);
        },
        log: (level, message) => level === 'warn' && progress.interject(message),
      },
      summary ? { resumes: withResume(run, summary.run.resumes) } : {},
    );
  } finally {
    progress.end();
  }
}
