import type { FigureRow, MarkedWindow, MeasurementFile, MeasurementRow } from '../../protocol/measurements';
import { estimateClockOffset } from '../clock-offset';
import { isUnavailable, type PowerSample, type Unavailable } from '../power-sample';
import { evaluateLoad } from './evaluate-load';

/** Step of the clock that a board's marks are taken with: /proc/uptime has hundredths of a second. */
const markStep = 0.01;

/** What a row is before its meter's readings are there. */
export const awaitsMeter = 'The readings of the external meter are not joined yet: “e2train measure join” does that.';

/**
 * Gives the rows of a measurement their energies from the readings of an external meter: finds the offset between the meter's clock and the
 * marks', then integrates each window.
 * @param meter what the readings come from, for the rows' source.
 * @returns the measurement with its rows, or why the readings cannot be used.
 */
export function joinMeter(file: MeasurementFile, samples: readonly PowerSample[], meter: string): MeasurementFile | Unavailable {
  const { origin, windows = [] } = file;
  if (origin.kind !== 'board' || windows.length === 0)
    return { unavailable: 'This measurement has no marks that a meter could be joined to.' };
  const of = (kind: MarkedWindow['kind']) => windows.filter((window) => window.kind === kind);
  const clockOffset = estimateClockOffset(samples, of('load'), of('idle'), markStep);
  if (isUnavailable(clockOffset)) return clockOffset;
  const shifted = windows.map((window) => ({
    ...window,
    begin: window.begin + clockOffset.seconds,
    end: window.end + clockOffset.seconds,
  }));
  const rows = file.rows.map((row, place): MeasurementRow => {
    const own = shifted.filter((window) => window.row === place);
    if (own.length === 0) return row;
    const { layer, signature, phase, precision } = row;
    const subject = { layer, phase, precision, ...(signature && { signature }) };
    const loads = own.filter(({ kind }) => kind === 'load');
    const idles = own.filter(({ kind }) => kind === 'idle');
    const energy = evaluateLoad(samples, loads, idles, { executions: 1, resolutionW: 0, markSeconds: clockOffset.standardErrorSeconds });
    if (isUnavailable(energy)) return { kind: 'unavailable', ...subject, reason: energy.unavailable };
    const source = `${meter}, joined by marks`;
    const figure: FigureRow = {
      kind: 'measured',
      ...subject,
      batchSize: loads[0]?.batchSize ?? 1,
      ...energy,
      board: origin.board,
      source,
      at: file.created,
    };
    return figure;
  });
  const rails = [...new Set(samples.map(({ rail }) => rail))];
  return {
    ...file,
    rows,
    origin: { ...origin, clockOffset, meter: { rails: rails.map((name) => ({ name, kind: 'file', resolutionW: 0, counted: true })) } },
  };
}
