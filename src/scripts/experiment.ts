import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ProgressLine } from '../cli/progress-line';
import { trainRun } from '../cli/train-run';
import { loadDataset } from '../datasets/load-dataset';
import { findDeviceProfile } from '../energy/device-profile';
import { buildBuiltinNetwork } from '../network/builtin-networks';
import { plannedIterations, runConfigurationSchema } from '../protocol/configuration';
import { withResume } from '../runs/resumption';
import { wholeNumber } from './benchmark/step-options';
import { dataFolder } from './experiment/data-folder';
import { ExperimentRuns, type TaskState } from './experiment/experiment-runs';
import { makeRunRecord } from './experiment/make-run-record';
import { outlook } from './experiment/outlook';
import { findPlan, tasksOf } from './experiment/plans';
import { ResultFiles } from './experiment/result-files';

/**
 * `npm run experiment -- NAME [--data DIR] [--quick]`: trains the runs of one table, one after another, and writes docs/results.md. Ctrl-C
 * stops it with a checkpoint; the same command goes on from there, and trains nothing twice.
 *
 * `--iterations N` and `--seeds N` change the plan's own, `--rows a,b` takes some of its rows, `--note TEXT` says something of the data,
 * `--list` shows what is done and what remains, `--directory DIR` keeps the runs elsewhere than in the present folder's .e2train, `--results DIR`
 * the records and the page elsewhere than in docs.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      quick: { type: 'boolean', default: false },
      iterations: { type: 'string' },
      seeds: { type: 'string' },
      rows: { type: 'string' },
      note: { type: 'string' },
      list: { type: 'boolean', default: false },
      directory: { type: 'string', default: '.' },
      results: { type: 'string', default: join(__dirname, '..', '..', 'docs') },
    },
  });
  const plan = findPlan(positionals[0]);
  const iterations = values.iterations
    ? wholeNumber('iterations', values.iterations, 1)
    : values.quick
      ? plan.quickIterations
      : plan.iterations;
  const seeds = values.seeds ? wholeNumber('seeds', values.seeds, 1) : values.quick ? 1 : plan.seeds;
  const { directory: data, note = values.note } = dataFolder(plan, values.data);
  const wanted = values.rows?.split(',');
  const tasks = tasksOf(plan, data, iterations, seeds).filter(({ row }) => wanted === undefined || wanted.includes(row.id));
  if (tasks.length === 0) throw new Error(`The experiment has none of these rows; it has ${plan.rows.map(({ id }) => id).join(', ')}.`);

  const { imageShape, classes } = await loadDataset({ kind: 'directory', path: data });
  const graph = buildBuiltinNetwork(plan.network, imageShape, classes.length);
  const profile = findDeviceProfile(runConfigurationSchema.parse(tasks[0]!.configuration).deviceProfile);
  const runs = new ExperimentRuns(resolve(values.directory));
  console.log(outlook(runs.states(tasks), graph, profile));
  if (values.list) return;

  const results = new ResultFiles(resolve(values.results));
  const options = process.argv.slice(2).filter((word, index, words) => word !== plan.name && !standsElsewhere(word, words[index - 1]));
  const words = [plan.name, ...options].map((word) => (/\s/.test(word) ? `"${word}"` : word));
  const command = `npm run experiment -- ${words.join(' ')}`;
  const provenance = { command, commit: presentCommit(), planIterations: iterations, ...(note !== undefined && { note }) };
  for (const task of tasks) {
    const [state] = runs.states([task]);
    const run = runs.open(state!);
    if (!state!.done && (await trainTask(state!, run)) === 'stopped') {
      console.log('Stopped with a checkpoint; the same command goes on from there.');
      return;
    }
    results.keep(await makeRunRecord(plan, task, run, provenance));
    console.log(`Written: ${results.writePage()}`);
  }
  console.log(outlook(runs.states(tasks), graph, profile));
}

async function trainTask(
  { task, configuration, summary }: TaskState,
  run: ReturnType<ExperimentRuns['open']>,
): Promise<'finished' | 'stopped'> {
  console.log(`${task.row.label}, seed ${task.seed}:`);
  const progress = new ProgressLine(plannedIterations(configuration), process.stderr);
  try {
    return await trainRun(
      run,
      { record: (record) => progress.show(record), log: (level, message) => level === 'warn' && progress.interject(message) },
      summary ? { resumes: withResume(run, summary.run.resumes) } : {},
    );
  } finally {
    progress.end();
  }
}

/** The record of the command goes without folders, which are of one machine alone, and without the note, which the record has beside it. */
function standsElsewhere(word: string, before: string | undefined): boolean {
  const flags = ['--data', '--directory', '--results', '--note'];
  return flags.includes(word) || flags.includes(before ?? '') || flags.some((flag) => word.startsWith(`${flag}=`));
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

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
