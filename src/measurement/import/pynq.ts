import type { MeasurementRow } from '../../protocol/measurements';
import { groupBy } from '../group-by';
import { energyPerExecution, type Load } from '../net-energy';
import { isUnavailable, type PowerSample } from '../power-sample';
import { type WindowPower, windowPower } from '../window-power';
import type { CsvTable } from './csv';
import type { Label } from './labels';
import { neededNumberIn } from './number-in-cell';
import { secondsIn } from './time-in-cell';

export const isPynq = ({ columns }: CsvTable): boolean => columns.includes('Mark') && columns.some((column) => column.endsWith('_power'));

/**
 * Rows of a recording of PYNQ's `DataRecorder` (`frame.to_csv()`: timestamp, `Mark`, `<rail>_power` in watts). A mark is a window from its
 * first reading to its last; labels say what it was of, and several marks of one label are repeats.
 * @throws Error that names the line, or says that labels are needed.
 */
export function readPynq({ columns, rows }: CsvTable, labels: ReadonlyMap<string, Label>, batchSize: number): MeasurementRow[] {
  if (labels.size === 0) {
    throw new Error('its marks are numbers: give --labels FILE with columns mark,layer,phase,precision,executions that says what they are');
  }
  const rails = columns.filter((column) => column.endsWith('_power'));
  const time = columns[0]!;
  const marks = new Map<string, WindowPower | { unavailable: string }>();
  for (const [mark, readings] of groupBy(rows, ({ cells }) => cells.Mark ?? '')) {
    const samples = readings.flatMap((row): PowerSample[] => {
      const at = secondsIn(row, time);
      return rails.map((rail) => ({ time: at, rail, watts: neededNumberIn(row, rail) }));
    });
    const times = samples.map((sample) => sample.time);
    marks.set(mark, windowPower(samples, { begin: Math.min(...times), end: Math.max(...times) }));
  }
  const idles = [...labels].flatMap(([mark, label]) => {
    const power = label.idle ? marks.get(mark) : undefined;
    return power && !isUnavailable(power) ? [power] : [];
  });
  const loads = [...labels].flatMap(([mark, label]) => (label.idle ? [] : [{ mark, ...label }]));
  const bySubject = groupBy(loads, ({ subject }) => JSON.stringify(subject));
  return [...bySubject.values()].map((repeats): MeasurementRow => {
    const { subject } = repeats[0]!;
    const measured: Load[] = [];
    for (const { mark, executions } of repeats) {
      const power = marks.get(mark);
      if (!power) return { kind: 'unavailable', ...subject, reason: `The recording has no mark ${mark}: correct the labels.` };
      if (isUnavailable(power)) return { kind: 'unavailable', ...subject, reason: power.unavailable };
      measured.push({ power, executions });
    }
    const energy = energyPerExecution(measured, idles, { resolutionW: 0 });
    if (isUnavailable(energy)) return { kind: 'unavailable', ...subject, reason: energy.unavailable };
    return { kind: 'measured', ...subject, batchSize, ...energy, source: `PYNQ DataRecorder, ${rails.map(railName).join(' + ')}` };
  });
}

const railName = (column: string) => column.replace(/_power$/, '');
