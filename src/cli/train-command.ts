import { plannedIterations } from '../protocol/configuration';
import type { MetricRecord } from '../protocol/records';
import type { RunFolder } from '../runs/run-folder';
import { RunStore } from '../runs/run-store';
import { runTitle } from '../runs/run-title';
import { configurationFromOptions } from './configuration-from-options';
import type { TrainingOptions } from './options';
import { ProgressLine } from './progress-line';
import { graphOf, modelReference } from './resolve-model';
import { runSummary } from './run-summary';
import { storedGraph } from './stored-graph';
import { type TrainingShow, trainRun } from './train-run';

/**
 * `e2train train`: a new run, or with `--resume` a stopped one from its last checkpoint.
 * @throws Error with one sentence when the command line, the model, the data or the run's folder does not allow it.
 */
export async function train(argument: string | undefined, options: TrainingOptions & { readonly resume?: string }): Promise<void> {
  const store = new RunStore(process.cwd());
  if (options.resume) {
    const run = openResumable(store, options.resume);
    await trainAndTell(run, async () => storedGraph(run), options.json);
    return;
  }
  if (!argument) throw new Error('Say what to train: a model file or a built-in network such as resnet20, or --resume RUN.');
  const configuration = configurationFromOptions(modelReference(argument, options), options);
  const run = store.create(configuration, runTitle(configuration));
  await trainAndTell(run, (imageShape, classes) => graphOf(configuration.model, imageShape, classes), options.json);
}

async function trainAndTell(run: RunFolder, graphFor: Parameters<typeof trainRun>[1], json: boolean | undefined): Promise<void> {
  const progress = new ProgressLine(plannedIterations(run.read().configuration), process.stderr);
  const show: TrainingShow = json
    ? { record: (record: MetricRecord) => process.stdout.write(`${JSON.stringify(record)}\n`), log: writeLog }
    : { record: (record) => progress.show(record), log: writeLog };
  const outcome = await trainRun(run, graphFor, show);
  progress.end();
  if (outcome === 'stopped') console.error(`Stopped with a checkpoint; go on with: e2train train --resume ${run.id}`);
  if (!json) console.log(runSummary(run));
}

function writeLog(level: string, message: string): void {
  if (level === 'warn' || level === 'error') process.stderr.write(`\n${message}\n`);
}

function openResumable(store: RunStore, id: string): RunFolder {
  const summary = store.summary(id);
  if (!summary) throw new Error(`There is no run “${id}” in ${process.cwd()}; “e2train runs list” shows those that are.`);
  if (!summary.ours) throw new Error(`The run “${id}” is in the hands of process ${summary.run.owner?.pid}; stop it there first.`);
  if (!summary.resumable) throw new Error(`The run “${id}” is ${summary.run.state} and has nothing to resume.`);
  return store.open(id);
}
