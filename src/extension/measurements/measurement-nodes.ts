import { formatJoules } from '../../energy/format';
import type { MeasurementFile, MeasurementRow } from '../../protocol/measurements';
import { localize } from '../localize';
import { kindName, phaseWord } from './measured-text';

/** Rows of the Measurements view as data: files, and below each what it holds. */
export interface MeasurementNode {
  /** Unique in the view and the same over refreshes. */
  readonly id: string;
  /** The file that it is, or is part of. */
  readonly fileId: string;
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly tooltip: string;
  readonly children: readonly MeasurementNode[];
}

export function measurementNode(file: MeasurementFile): MeasurementNode {
  const { id, origin, created, state, reason } = file;
  const figures = file.rows.filter(({ kind }) => kind !== 'unavailable').length;
  const missing = file.rows.length - figures;
  const source = origin.kind === 'board' ? origin.board : localize('imported');
  const facts = [
    source,
    created.slice(0, 10),
    localize('figures: {0}', figures),
    ...(missing > 0 ? [localize('unavailable: {0}', missing)] : []),
    ...(state === 'complete' ? [] : [state === 'partial' ? localize('partial') : localize('running or broken off')]),
  ];
  return {
    id,
    fileId: id,
    label: file.title,
    description: facts.join(' · '),
    icon: origin.kind === 'board' ? 'circuit-board' : 'file-symlink-file',
    tooltip: [file.title, ...facts, ...(reason ? [reason] : []), ...file.events.map(({ text }) => text)].join('\n'),
    children: file.rows.map((row, index) => rowNode(file, row, index)),
  };
}

function rowNode(file: MeasurementFile, row: MeasurementRow, index: number): MeasurementNode {
  const conditions = [phaseWord(row.phase), row.precision];
  const common = { id: `${file.id}/${index}`, fileId: file.id, label: row.layer, children: [] };
  if (row.kind === 'unavailable') {
    const description = [localize('unavailable'), ...conditions].join(' · ');
    return { ...common, description, icon: 'circle-slash', tooltip: `${row.layer}: ${row.reason}` };
  }
  const error = row.standardErrorJ === undefined ? '' : ` ± ${formatJoules(row.standardErrorJ)}`;
  const facts = [
    formatJoules(row.energyJ) + error,
    ...conditions,
    localize('batch {0}', row.batchSize),
    kindName(row.kind),
    ...(row.board === undefined ? [] : [row.board]),
  ];
  return { ...common, description: facts.join(' · '), icon: 'zap', tooltip: [row.layer, ...facts, row.source].join('\n') };
}
