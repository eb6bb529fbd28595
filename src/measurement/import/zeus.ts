import type { FigureRow } from '../../protocol/measurements';
import { groupBy } from '../group-by';
import { mean, variance } from '../statistics';
import type { CsvTable } from './csv';
import type { Label } from './labels';
import { neededNumberIn } from './number-in-cell';
import { type SubjectDefaults, subjectOfName } from './subject';

export const isZeus = ({ columns }: CsvTable): boolean =>
  columns.includes('window_name') && columns.includes('elapsed_time') && columns.some((column) => column.endsWith('_energy'));

export interface WindowNaming {
  readonly labels: ReadonlyMap<string, Label>;
  readonly defaults: SubjectDefaults;
  readonly batchSize: number;
}

/**
 * Rows of the log of Zeus' monitor (`start_time,window_name,elapsed_time,gpu0_energy,…`; seconds and joules). The energies of all devices are
 * summed, windows of one name are repeats. Zeus records no idle power unless a window is labelled so: energies are then gross.
 * @throws Error that names the line.
 */
export function readZeus({ columns, rows }: CsvTable, { labels, defaults, batchSize }: WindowNaming): FigureRow[] {
  const devices = columns.filter((column) => column.endsWith('_energy'));
  const windows = rows.map((row) => ({
    name: row.cells.window_name ?? '',
    line: row.line,
    seconds: neededNumberIn(row, 'elapsed_time', 0),
    joules: devices.reduce((sum, device) => sum + neededNumberIn(row, device), 0),
  }));
  const idles = windows.filter(({ name }) => name === 'idle' || labels.get(name)?.idle);
  const idleW = idles.length > 0 ? mean(idles.map(({ joules, seconds }) => joules / seconds)) : undefined;
  const loads = windows.filter((window) => !idles.includes(window));
  return [...groupBy(loads, ({ name }) => name)].map(([name, repeats]) => {
    const label = labels.get(name);
    const { subject, executions } =
      label && !label.idle ? label : { subject: subjectOfName(name, defaults, `line ${repeats[0]!.line}`), executions: 1 };
    const energies = repeats.map(({ joules, seconds }) => (joules - (idleW ?? 0) * seconds) / executions);
    const energyJ = mean(energies);
    if (!(energyJ > 0)) {
      throw new Error(`the windows “${name}” have ${energyJ} J${idleW === undefined ? '' : ' above idle'}, which is no energy of a load`);
    }
    const seconds = mean(repeats.map((repeat) => repeat.seconds));
    return {
      kind: 'measured',
      ...subject,
      batchSize,
      energyJ,
      ...(repeats.length > 1 && { standardErrorJ: Math.sqrt(variance(energies) / repeats.length) }),
      seconds: seconds / executions,
      powerW: mean(repeats.map(({ joules }) => joules)) / seconds,
      ...(idleW !== undefined && { idleW }),
      repeats: repeats.length,
      executions,
      source: `Zeus, ${devices.map((device) => device.replace(/_energy$/, '')).join(' + ')}`,
    };
  });
}
