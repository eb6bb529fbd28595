import { formatDuration, formatJoules, formatShare } from '../energy/format';
import type { RunSummary } from '../protocol/runs';
import { recordsAsCsv } from '../runs/export';
import type { RunFolder } from '../runs/run-folder';
import { RunStore } from '../runs/run-store';
import { type EnergyByProfile, energyByProfile } from '../training/energy-by-profile';
import { profileArgument } from './device-profile-argument';
import { runSummary } from './run-summary';
import { textTable } from './text-table';

const columns = [
  { title: 'run' },
  { title: 'title' },
  { title: 'state' },
  { title: 'iteration', align: 'right' },
  { title: 'loss', align: 'right' },
  { title: 'test accuracy', align: 'right' },
  { title: 'energy (estimated)', align: 'right' },
  { title: 'saved', align: 'right' },
  { title: 'time', align: 'right' },
] as const;

/** `e2train runs list`: the runs of the present folder, newest first. */
export function listRuns(options: { readonly json?: boolean }): void {
  const summaries = new RunStore(process.cwd()).summaries();
  if (options.json) console.log(JSON.stringify(summaries, null, 2));
  else if (summaries.length === 0) console.log(`There are no runs in ${process.cwd()}; “e2train train” starts one.`);
  else console.log(textTable(columns, summaries.map(row)));
}

function row({ run, iteration, evaluation, plannedIterations }: RunSummary): string[] {
  return [
    run.id,
    run.title,
    run.state,
    iteration ? `${iteration.iteration}/${plannedIterations}` : '–',
    iteration?.loss?.toFixed(3) ?? '–',
    evaluation ? formatShare(evaluation.accuracy) : '–',
    iteration ? `~${formatJoules(iteration.energyJ)}` : '–',
    iteration ? formatShare(1 - iteration.energyJ / iteration.baselineEnergyJ) : '–',
    iteration ? formatDuration(iteration.seconds) : '–',
  ];
}

/**
 * `e2train runs show`: what one run came to; as JSON or CSV its whole record. With a profile also what it cost by that one.
 * @throws Error when there is no such run or profile, or the run cannot be priced.
 */
export async function showRun(
  id: string,
  options: { readonly json?: boolean; readonly csv?: boolean; readonly profile?: string },
): Promise<void> {
  const run = openRun(id);
  const other = options.profile === undefined ? undefined : await energyByProfile(run, profileArgument(options.profile));
  const records = () => run.readRecords().map(({ record }) => record);
  if (options.json) console.log(JSON.stringify({ run: run.read(), records: records(), ...(other && { energyByProfile: other }) }, null, 2));
  else if (options.csv) process.stdout.write(recordsAsCsv(records()));
  else {
    const { title, state, reason } = run.read();
    const lines = [`${title}: ${state}${reason ? ` (${reason})` : ''}`, '', runSummary(run, new RunStore(process.cwd()))];
    console.log([...lines, ...(other ? [energyInWords(other)] : [])].join('\n'));
  }
}

function energyInWords({ profile, iteration, energyJ, baselineEnergyJ }: EnergyByProfile): string {
  const joules = `~${formatJoules(energyJ)} of ~${formatJoules(baselineEnergyJ)} without savers`;
  return `By ${profile}: ${joules}, ${formatShare(1 - energyJ / baselineEnergyJ)} saved (estimated, up to iteration ${iteration}).`;
}

/** @throws Error with one sentence when the present folder has no such run, or its `run.json` is damaged. */
export function openRun(id: string): RunFolder {
  const store = new RunStore(process.cwd());
  if (!store.ids().includes(id)) {
    throw new Error(`There is no run “${id}” in ${process.cwd()}: “e2train runs list” shows those that are.`);
  }
  const run = store.open(id);
  run.read();
  return run;
}
