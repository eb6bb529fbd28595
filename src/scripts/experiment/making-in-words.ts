import { threadsInWords } from '../../engine/threads-in-words';
import type { RunRecord } from './run-record';
import type { Making } from './sittings';

/** What made a record's run: one value where all of its parts were made alike, else each in turn. */
export function makingInWords(record: RunRecord): string {
  const inTurn = (value: (making: Making) => string | undefined) =>
    [...new Set(makings(record).flatMap((making) => value(making) ?? []))].join(', then ');
  const notes = inTurn(({ note }) => note);
  const made = `${inTurn(({ command }) => `\`${command}\``)} at ${inTurn(({ commit }) => commit)}, on ${inTurn(machine)}`;
  return notes === '' ? made : `${made}; ${notes}`;
}

/** Whether the runs' times can be held against each other: one machine, of which no note says that it did other work. */
export function timesCompare(records: readonly RunRecord[]): boolean {
  const all = records.flatMap(makings);
  return new Set(all.map(machine)).size === 1 && all.every(({ note }) => !note?.includes('did other work'));
}

function makings({ command, commit, data: { note }, environment, resumed = [] }: RunRecord): Making[] {
  return [{ command, commit, environment, ...(note !== undefined && { note }) }, ...resumed];
}

function machine({ environment: { cpu, engine, build, simd, threads } }: Making): string {
  return [cpu, engine, `${build} ${simd}`, threadsInWords(threads)].join(', ');
}
