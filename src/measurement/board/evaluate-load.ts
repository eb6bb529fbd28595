import { RailReader, type SensorRail } from '../meters/sensor-rail';
import { type EnergyFigures, energyPerExecution, type Load } from '../net-energy';
import { isUnavailable, type PowerSample, type TimeWindow, type Unavailable } from '../power-sample';
import { type WindowPower, windowPower } from '../window-power';
import type { BoardRecord, BoardWindow } from './board-record';

/** A sensor that is silent for more than this share of its readings has vanished. */
const silentShare = 0.1;

/** Windows of the workload: those that it marked itself, else those around its command. */
export function loadWindows({ windows }: BoardRecord): BoardWindow[] {
  const marked = windows.filter(({ kind }) => kind === 'marked');
  return marked.length > 0 ? marked : windows.filter(({ kind }) => kind === 'load');
}

/** Power of the rails from what was read of their files, by the board's clock. */
export function samplesOf(record: BoardRecord, rails: readonly SensorRail[]): PowerSample[] {
  let place = 0;
  return rails.flatMap((rail) => {
    const [from, to] = [place, place + rail.files.length];
    place = to;
    const reader = new RailReader(rail);
    return record.readings.flatMap(({ time, values }) => reader.sample(time, values.slice(from, to)) ?? []);
  });
}

/** Name of a rail whose sensor stopped answering; undefined when all answered. */
export function vanishedRail(record: BoardRecord, rails: readonly SensorRail[]): string | undefined {
  let place = 0;
  return rails.find((rail) => {
    const [from, to] = [place, place + rail.files.length];
    place = to;
    const silent = record.readings.filter(({ values }) => values.slice(from, to).includes(undefined)).length;
    return silent > silentShare * record.readings.length;
  })?.name;
}

/** Why a workload did not do what it was asked to, in one sentence; undefined when it did. */
export function workloadFailure({ statuses, errors }: BoardRecord): string | undefined {
  const failed = statuses.find((status) => status !== 0);
  if (failed === undefined) return undefined;
  const said = errors.at(-1);
  const code = failed === 127 ? 'its command is not on the board' : failed === 126 ? 'its command may not be run' : `exit code ${failed}`;
  return `The workload failed (${code}${said ? `: ${said}` : ''}): try it by hand on the board.`;
}

export interface LoadCircumstances {
  /** Executions of the phase in one window, where the workload does not tell. */
  readonly executions: number;
  readonly resolutionW: number;
  readonly markSeconds?: number;
}

/** Energy of one execution from samples and windows on one clock. */
export function evaluateLoad(
  samples: readonly PowerSample[],
  loads: readonly (TimeWindow & { readonly executions?: number | undefined })[],
  idles: readonly TimeWindow[],
  { executions, ...sources }: LoadCircumstances,
): EnergyFigures | Unavailable {
  if (loads.length === 0)
    return { unavailable: 'The workload ended without an end mark for its begin mark: print e2train:end, and flush it.' };
  const measured: Load[] = [];
  for (const load of loads) {
    const power = windowPower(samples, load);
    if (isUnavailable(power)) return power;
    measured.push({ power, executions: load.executions ?? executions });
  }
  const idlePowers: WindowPower[] = [];
  for (const idle of idles) {
    const power = windowPower(samples, idle);
    if (isUnavailable(power)) return { unavailable: `The idle window cannot be used. ${power.unavailable}` };
    idlePowers.push(power);
  }
  return energyPerExecution(measured, idlePowers, sources);
}

/** Smallest step of the sum of the rails: independent roundings add like errors. */
export const resolutionOf = (rails: readonly SensorRail[]): number => Math.hypot(...rails.map(({ resolutionW }) => resolutionW));
