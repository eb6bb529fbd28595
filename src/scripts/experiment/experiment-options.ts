import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { wholeNumber } from '../option-values';
import { findPlan, type Plan } from './plans';

export interface ExperimentOptions {
  /** The one that was named, with the rows that were asked for. */
  readonly plan: Plan;
  /** Nominal iterations of plain training. */
  readonly iterations: number;
  readonly seeds: number;
  /** Folder of images; without it the plan's own. */
  readonly data?: string;
  readonly note?: string;
  /** Only show what is done and what remains. */
  readonly list: boolean;
  /** Absolute path of the folder whose `.e2train` holds the runs. */
  readonly directory: string;
  /** Absolute path of the folder for records and page. */
  readonly results: string;
  /** The command as a record keeps it. */
  readonly command: string;
}

/** @throws Error with one sentence for what is no experiment, or an option that cannot be followed. */
export function parseExperimentOptions(words: readonly string[]): ExperimentOptions {
  const { values, positionals } = parseArgs({
    args: [...words],
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
      results: { type: 'string', default: join(__dirname, '..', '..', '..', 'docs') },
    },
  });
  const empty = Object.entries(values).find(([, value]) => typeof value === 'string' && value.trim() === '');
  if (empty) throw new Error(`--${empty[0]} is empty: give it a value, or leave it out.`);
  const [name, second] = positionals;
  if (second !== undefined) throw new Error(`“${name}” and “${second}” cannot run in one call: name one experiment.`);
  const plan = findPlan(name);
  const { data, quick, iterations, seeds, rows, note, list } = values;
  return {
    plan: rows === undefined ? plan : withRows(plan, rows.split(',')),
    iterations: iterations === undefined ? (quick ? plan.quickIterations : plan.iterations) : wholeNumber('iterations', iterations, 1),
    seeds: seeds === undefined ? (quick ? 1 : plan.seeds) : wholeNumber('seeds', seeds, 1),
    ...(data !== undefined && { data }),
    ...(note !== undefined && { note }),
    list,
    directory: resolve(values.directory),
    results: resolve(values.results),
    command: commandOf(plan, words),
  };
}

/** In the plan's order, plain training first. */
function withRows(plan: Plan, wanted: readonly string[]): Plan {
  const unknown = wanted.find((id) => plan.rows.every((row) => row.id !== id));
  if (unknown === undefined) return { ...plan, rows: plan.rows.filter(({ id }) => wanted.includes(id)) };
  throw new Error(`The experiment ${plan.name} has no row “${unknown}”: choose among ${plan.rows.map(({ id }) => id).join(', ')}.`);
}

/** Without folders, which are of one machine alone, and without the note, which the record has beside it. */
function commandOf(plan: Plan, words: readonly string[]): string {
  const flags = ['--data', '--directory', '--results', '--note'];
  const standsElsewhere = (word: string, before = '') =>
    flags.includes(word) || flags.includes(before) || flags.some((flag) => word.startsWith(`${flag}=`));
  const options = words.filter((word, index) => word !== plan.name && !standsElsewhere(word, words[index - 1]));
  return `npm run experiment -- ${[plan.name, ...options].map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ')}`;
}
