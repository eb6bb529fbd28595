import { execFileSync } from 'node:child_process';
import { loadDataset } from '../datasets/load-dataset';
import { findDeviceProfile } from '../energy/device-profile';
import { buildBuiltinNetwork } from '../network/builtin-networks';
import { runConfigurationSchema } from '../protocol/configuration';
import { dataFolder, refuseOtherData } from './experiment/data-folder';
import { parseExperimentOptions } from './experiment/experiment-options';
import { ExperimentRuns, nameOf } from './experiment/experiment-runs';
import { makeRunRecord } from './experiment/make-run-record';
import { outlook } from './experiment/outlook';
import { tasksOf } from './experiment/plans';
import { ResultFiles } from './experiment/result-files';
import type { RunRecord } from './experiment/run-record';
import { trainTask } from './experiment/train-task';
import { runScript } from './run-script';

/**
 * `npm run experiment -- NAME [--data DIR] [--quick]`: trains the runs of one table, one after another, and writes docs/results.md. Ctrl-C
 * stops it with a checkpoint; the same command goes on from there, and trains nothing twice. A run that fails does not keep the others from
 * being trained. Several experiments may train in one folder: each leaves out what another is training.
 *
 * `--iterations N` and `--seeds N` change the plan's own, `--rows a,b` takes some of its rows, `--note TEXT` says something of the data or of
 * the machine (times of one that “did other work” are not compared), `--list` shows what is done and what remains, `--directory DIR` keeps
 * the runs elsewhere than in the present folder's .e2train, `--results DIR` the records and the page elsewhere than in docs.
 */
async function main(): Promise<void> {
  const options = parseExperimentOptions(process.argv.slice(2));
  const { plan, iterations, seeds, command } = options;
  const { directory: data, note } = dataFolder(options);
  const dataset = await loadDataset({ kind: 'directory', path: data });
  refuseOtherData(plan, dataset, data);
  const tasks = tasksOf(plan, data, iterations, seeds);
  const graph = buildBuiltinNetwork(plan.network, dataset.imageShape, dataset.classes.length);
  const profile = findDeviceProfile(runConfigurationSchema.parse(tasks[0]!.configuration).deviceProfile);
  const runs = new ExperimentRuns(options.directory);
  console.log(outlook(runs.states(tasks), graph, profile));
  if (options.list) return;

  const results = new ResultFiles(options.results);
  results.read();
  const call = { command, commit: presentCommit(), ...(note !== undefined && { note }) };
  const failures: string[] = [];
  for (const task of tasks) {
    const { state, run } = runs.take(task);
    if (!run) {
      console.log(`${nameOf(task)} is left out: ${state.trainer} trains it.`);
      continue;
    }
    let record: RunRecord;
    try {
      if (!state.done && (await trainTask(state, run, call)) === 'stopped') {
        console.log('Stopped with a checkpoint; the same command goes on from there.');
        break;
      }
      record = await makeRunRecord(plan, task, run, { planIterations: iterations, call });
    } catch (error) {
      failures.push(`${nameOf(task)}: ${sentenceOf(error)}`);
      console.error(failures.at(-1));
      continue;
    }
    results.keep(record);
    console.log(`Written: ${results.writePage()}`);
  }
  console.log(outlook(runs.states(tasks), graph, profile));
  if (failures.length > 0) throw new Error(['Failed, to be tried again by the same command:', ...failures].join('\n'));
}

function presentCommit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--exclude', '*'], {
      cwd: __dirname,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .toString()
      .trim();
  } catch {
    return 'unknown, not in a checkout';
  }
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

void runScript(main);
