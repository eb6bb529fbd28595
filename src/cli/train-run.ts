import { hostname } from 'node:os';
import { join } from 'node:path';
import { loadDataset } from '../datasets/load-dataset';
import { createEngine } from '../engine/create-engine';
import { writeFileAtomically } from '../platform/atomic-write';
import type { LayerGraph } from '../protocol/layer-graph';
import type { MetricRecord, RunState } from '../protocol/records';
import type { RunFolder } from '../runs/run-folder';
import { executeRun } from '../training/execute-run';
import { RunControl } from '../training/run-control';

/** What the command line does while a run trains. */
export interface TrainingShow {
  record(record: MetricRecord): void;
  log(level: string, message: string): void;
}

/**
 * Trains a run in this process, from its last checkpoint where there is one; Ctrl-C ends it with a checkpoint.
 * @param graphFor gives the network for the data set's images.
 * @throws Error with one sentence when it cannot be trained; the run's state then says so too.
 */
export async function trainRun(
  run: RunFolder,
  graphFor: (imageShape: readonly number[], classes: number) => Promise<LayerGraph>,
  show: TrainingShow,
): Promise<'finished' | 'stopped'> {
  const control = new RunControl();
  const stop = () => control.stop();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const emit = (record: MetricRecord) => {
    run.append(record);
    show.record(record);
  };
  let last = 0;
  const enter = (state: RunState, reason?: string) => {
    const live = state === 'training';
    const owner = live ? { pid: process.pid, host: hostname(), started: new Date().toISOString() } : undefined;
    run.update({ state, reason, owner, ...(live ? {} : { ended: new Date().toISOString() }) });
    emit({ type: 'state', iteration: last, state, ...(reason && { reason }) });
  };
  enter('training');
  try {
    const outcome = await execute();
    enter(outcome);
    return outcome;
  } catch (error) {
    enter('failed', error instanceof Error ? error.message : String(error));
    throw error;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }

  async function execute(): Promise<'finished' | 'stopped'> {
    const { configuration } = run.read();
    const dataset = await loadDataset(configuration.data);
    const graph = await graphFor(dataset.imageShape, dataset.classes.length);
    writeFileAtomically(join(run.directory, 'graph.json'), JSON.stringify(graph));
    const engine = await createEngine(configuration.engine, configuration.threads);
    try {
      return await executeRun({
        run,
        graph,
        dataset,
        engine,
        control,
        log: (level, message) => show.log(level, message),
        emit(record) {
          if (record.type === 'iteration') last = record.iteration;
          emit(record);
        },
      });
    } finally {
      await engine.dispose();
    }
  }
}
