import type { Command } from 'commander';
import { loadDataset } from '../datasets/load-dataset';
import { plannedIterations } from '../protocol/configuration';
import type { RunFile } from '../protocol/runs';
import { obstacleToResume, withResume } from '../runs/resumption';
import type { RunFolder } from '../runs/run-folder';
import { RunStore } from '../runs/run-store';
import { runTitle } from '../runs/run-title';
import { checkMemory } from '../training/check-memory';
import { checkTrainable } from '../training/check-trainable';
import { keepModel } from '../training/python-model';
import { configurationFromOptions } from './configuration-from-options';
import { profileArgument } from './device-profile-argument';
import type { TrainingOptions } from './options';
import { ProgressLine } from './progress-line';
import { modelReference, modelToTrain } from './resolve-model';
import { runSummary } from './run-summary';
import { openRun } from './runs-command';
import { trainRun } from './train-run';
import { refuseOtherNetwork, trainedGraph, trainedModelReference } from './trained-model';

/**
 * `e2train train`: a new run, or with `--resume` a stopped one from its last checkpoint.
 * @param command tells which options a person gave; a resumed run takes none that would change it.
 * @throws Error with one sentence when the command line, the model, the data or the run's folder does not allow it.
 */
export async function train(
  argument: string | undefined,
  options: TrainingOptions & { readonly resume?: string },
  command?: Command,
): Promise<void> {
  if (options.resume !== undefined) {
    refuseBesideResume(argument, command);
    const { run, change } = openResumable(options.resume);
    await trainAndTell(run, options.json, change);
    return;
  }
  if (!argument && options.from === undefined)
    throw new Error('Say what to train: a model file or a built-in network such as resnet20, or --resume RUN.');
  await trainAndTell(await createRun(argument, options), options.json);
}

/** A run's folder is made only for what can be trained. */
async function createRun(argument: string | undefined, options: TrainingOptions): Promise<RunFolder> {
  const model = argument ? modelReference(argument, options) : trainedModelReference(options.from!);
  const given = configurationFromOptions(model, options);
  const profile = profileArgument(given.deviceProfile);
  const configuration = { ...given, deviceProfile: profile.name };
  if (configuration.model.kind === 'builtin' && (options.input || options.export)) {
    throw new Error(
      `--input and --export are for model files: ${configuration.model.name} takes the shape of the data set's images; leave them out.`,
    );
  }
  const dataset = await loadDataset(configuration.data);
  const toTrain = argument
    ? await modelToTrain(configuration.model, dataset.imageShape, dataset.classes.length)
    : { graph: await trainedGraph(configuration.startFrom!, dataset.classes.length) };
  const [problem] = checkTrainable(toTrain.graph, dataset);
  if (problem) throw new Error(problem);
  await checkMemory(toTrain.graph, configuration);
  if (configuration.startFrom) await refuseOtherNetwork(toTrain.graph, configuration.startFrom);
  const run = new RunStore(process.cwd()).create(configuration, runTitle(configuration), profile);
  keepModel(run, toTrain);
  return run;
}

async function trainAndTell(run: RunFolder, json: boolean | undefined, change?: Partial<RunFile>): Promise<void> {
  const progress = new ProgressLine(plannedIterations(run.read().configuration), process.stderr);
  const outcome = await trainRun(
    run,
    {
      record: (record) => (json ? process.stdout.write(`${JSON.stringify(record)}\n`) : progress.show(record)),
      log: (level, message) => level !== 'debug' && level !== 'info' && progress.interject(message),
    },
    change,
  ).catch((error: unknown) => {
    progress.end();
    if (run.latestCheckpoint() && !isOwnedElsewhere(run)) tellHowToGoOn(run, 'A checkpoint is left');
    throw error;
  });
  progress.end();
  if (outcome === 'stopped') tellHowToGoOn(run, 'Stopped with a checkpoint');
  if (!json) console.log(runSummary(run, new RunStore(process.cwd())));
}

function tellHowToGoOn({ id }: RunFolder, what: string): void {
  console.error(`${what}; go on with: e2train train --resume ${id}`);
}

const isOwnedElsewhere = (run: RunFolder) => (run.read().owner?.pid ?? process.pid) !== process.pid;

function refuseBesideResume(argument: string | undefined, command: Command | undefined): void {
  const changing = (command?.options ?? [])
    .filter((option) => command?.getOptionValueSource(option.attributeName()) === 'cli')
    .map(({ long }) => long ?? '')
    .filter((flag) => flag !== '--resume' && flag !== '--json');
  const named = [...(argument === undefined ? [] : [`“${argument}”`]), ...changing];
  if (named.length === 0) return;
  throw new Error(`A resumed run goes on with its own model and settings: leave out ${named.join(', ')}, or leave out --resume.`);
}

function openResumable(id: string): { run: RunFolder; change: Partial<RunFile> } {
  const run = openRun(id);
  const summary = new RunStore(process.cwd()).summary(id)!;
  const obstacle = obstacleToResume(summary);
  if (obstacle) throw new Error(obstacle);
  return { run, change: { resumes: withResume(run, summary.run.resumes) } };
}
