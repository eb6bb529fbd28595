import type { HostEnergy } from '../protocol/host-energy';
import type { MetricRecord, RunState } from '../protocol/records';
import { liveStates } from '../protocol/records';
import type { RunFile } from '../protocol/runs';
import type { RunFolder } from '../runs/run-folder';
import { ownedBy } from '../runs/run-owner';
import { RunControl } from '../training/run-control';
import { trainStoredRun } from '../training/train-stored-run';

/** What the command line does while a run trains. */
export interface TrainingShow {
  record(record: MetricRecord): void;
  log(level: string, message: string): void;
}

/**
 * Trains a run in this process, from its last checkpoint where there is one; Ctrl-C, or a reader that closes the output, ends it with a
 * checkpoint.
 * @param change is made to the run's file together with taking the run over.
 * @throws Error with one sentence when another process owns the run, which then stays as it was, or when it cannot be trained; the run's
 *   state then says so too.
 */
export async function trainRun(run: RunFolder, show: TrainingShow, change: Partial<RunFile> = {}): Promise<'finished' | 'stopped'> {
  const control = new RunControl();
  const stop = () => control.stop();
  let last = 0;
  let hostEnergy: HostEnergy | undefined;
  const emit = (record: MetricRecord) => {
    if (record.type === 'iteration') last = record.iteration;
    if (record.type === 'hostEnergy') hostEnergy = record.energy;
    run.append(record);
    show.record(record);
  };
  const enter = (state: RunState, also: Partial<RunFile> = {}) => {
    const live = liveStates.includes(state);
    run.update({
      reason: undefined,
      ended: live ? undefined : new Date().toISOString(),
      ...also,
      ...(hostEnergy && { hostEnergy }),
      state,
      ...(!live && { owner: undefined }),
    });
    emit({ type: 'state', iteration: last, state, ...(also.reason && { reason: also.reason }) });
  };
  enter('preparing', { ...change, ...ownedBy(process.pid) });
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Nobody reads the records any more.
  process.stdout.once('error', stop);
  try {
    const outcome = await trainStoredRun({ run, emit, control, log: show.log, onPrepared: (prepared) => enter('training', prepared) });
    enter(outcome);
    return outcome;
  } catch (error) {
    failQuietly(() => enter('failed', { reason: error instanceof Error ? error.message : String(error) }));
    throw error;
  } finally {
    run.close();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    process.stdout.off('error', stop);
  }
}

/** A disk too full for the state is too full for the reason: the failure before is what the person should hear of. */
function failQuietly(action: () => void): void {
  try {
    action();
  } catch {}
}
