import type { LogLevel } from '../protocol/messages';
import type { RunFolder } from '../runs/run-folder';
import { RunStore } from '../runs/run-store';
import { RunControl } from '../training/run-control';
import { trainStoredRun } from '../training/train-stored-run';
import { describe } from './log';
import { RecordRelay } from './record-relay';
import { type FromTrainer, type TrainerOutcome, toTrainerSchema } from './trainer-messages';

/**
 * Entry of the trainer process, one per run. It computes, and sends records to the backend, which writes them. It ends with a
 * checkpoint when told to, on SIGTERM, and when the backend is gone.
 */

type Ending = Omit<TrainerOutcome, 'type'>;

const control = new RunControl();
let relay: RecordRelay | undefined;
let orphaned = false;

function tellBackend(message: FromTrainer, done: () => void = () => {}): void {
  if (process.connected) process.send?.(message, undefined, undefined, done);
  else done();
}

const log = (level: LogLevel, message: string) => tellBackend({ type: 'log', level, message });

async function train(workspace: string, runId: string, lastSequence: number): Promise<void> {
  const run = new RunStore(workspace).open(runId);
  const records = new RecordRelay((record) => tellBackend({ type: 'record', record }), lastSequence);
  relay = records;
  process.once('disconnect', () => {
    orphaned = true;
    control.stop();
    records.takeOver(new RunStore(workspace).open(runId));
  });
  const ending = await execute(run, records);
  if (orphaned) leaveAlone(new RunStore(workspace).open(runId), records, ending);
  tellBackend({ type: 'ended', ...ending }, () => process.exit(0));
}

async function execute(run: RunFolder, records: RecordRelay): Promise<Ending> {
  try {
    const outcome = await trainStoredRun({
      run,
      control,
      log,
      emit: (record) => records.emit(record),
      onPrepared: (circumstances) => tellBackend({ type: 'prepared', ...circumstances }),
    });
    return { outcome };
  } catch (error) {
    log('error', describe(error));
    return { outcome: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** What the backend would write at the end, had it not gone first. */
function leaveAlone(run: RunFolder, records: RecordRelay, { outcome, reason: failure }: Ending): void {
  const state = outcome === 'stopped' ? 'interrupted' : outcome;
  const reason = outcome === 'stopped' ? 'The training backend ended while the run was training.' : failure;
  records.emit({ type: 'state', iteration: records.iteration, state, ...(reason && { reason }) });
  run.update({ state, reason, owner: undefined, ended: new Date().toISOString() });
}

process.on('message', (received) => {
  const message = toTrainerSchema.parse(received);
  if (message.type === 'start') void train(message.workspace, message.runId, message.lastSequence);
  else if (message.type === 'recorded') relay?.confirm(message.count, message.lastSequence);
  else if (message.type === 'tune') control.tune(message.tuning);
  else control.stop();
});
process.once('disconnect', () => {
  if (!relay) process.exit(0);
});
process.on('SIGTERM', () => control.stop());
process.on('SIGINT', () => control.stop());
