import type { MarkedWindow, MeasurementRow } from '../../protocol/measurements';
import type { SensorRail } from '../meters/sensor-rail';
import { isUnavailable } from '../power-sample';
import type { BoardRecord } from './board-record';
import { evaluateLoad, loadWindows, resolutionOf, samplesOf, workloadFailure } from './evaluate-load';
import { awaitsMeter } from './join-meter';
import type { LoadTask } from './workload';

export interface RowOptions {
  readonly board: string;
  readonly clockMHz?: number | undefined;
  readonly batchSize: number;
  readonly executions: number;
  /** Whether an external meter samples: the row then waits for its readings, and its windows are kept. */
  readonly externalMeter: boolean;
}

/** What a load's record comes to: a figure, or why there is none; with an external meter the windows that its readings are to be joined to. */
export function rowOfLoad(
  task: LoadTask,
  record: BoardRecord,
  rails: readonly SensorRail[],
  { board, clockMHz, batchSize, executions, externalMeter }: RowOptions,
): { readonly row: MeasurementRow; readonly windows?: readonly Omit<MarkedWindow, 'row'>[] } {
  const failure = workloadFailure(record);
  if (failure) return { row: unavailableRow(task, failure) };
  if (externalMeter) return { row: unavailableRow(task, awaitsMeter), windows: windowsOf(record, batchSize, executions) };
  const idles = record.windows.filter(({ kind }) => kind === 'idle');
  const sources = { executions, resolutionW: resolutionOf(rails) };
  const energy = evaluateLoad(samplesOf(record, rails), loadWindows(record), idles, sources);
  if (isUnavailable(energy)) return { row: unavailableRow(task, energy.unavailable) };
  const kinds = [...new Set(rails.map(({ kind }) => kind))].join(' + ');
  return {
    row: {
      kind: 'measured',
      ...subjectOf(task),
      batchSize,
      ...energy,
      board,
      ...(clockMHz !== undefined && { clockMHz }),
      source: `${kinds} sensors on the board, ${rails.length} ${rails.length === 1 ? 'rail' : 'rails'}`,
      at: new Date().toISOString(),
    },
  };
}

export const unavailableRow = (task: LoadTask, reason: string): MeasurementRow => ({ kind: 'unavailable', ...subjectOf(task), reason });

const subjectOf = ({ layer, signature, phase, precision }: LoadTask) => ({ layer: layer.name, signature, phase, precision });

/** A record's windows by this machine's clock: it goes on when the board starts anew. */
function windowsOf(record: BoardRecord, batchSize: number, executions: number): Omit<MarkedWindow, 'row'>[] {
  const at = (seconds: number) => seconds + record.clockDifference;
  const idles = record.windows.filter(({ kind }) => kind === 'idle');
  return [
    ...idles.map(({ begin, end }) => ({ kind: 'idle' as const, begin: at(begin), end: at(end) })),
    ...loadWindows(record).map((load) => ({
      kind: 'load' as const,
      begin: at(load.begin),
      end: at(load.end),
      executions: load.executions ?? executions,
      batchSize,
    })),
  ];
}
