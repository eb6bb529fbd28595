import type { NumberedRecord } from '../protocol/records';

/** Each of these says all that the ones before it said. */
const sums: ReadonlySet<string> = new Set(['prediction', 'layerEnergy', 'hostEnergy']);

/**
 * Leaves out chart points for a reader that cannot keep up: of the iterations every `stride`th stays, of predictions and energies,
 * which are sums so far, only the latest of the batch. Evaluations, tunings, states and checkpoints all stay, and so does the last
 * record whatever it is, so the reader's sequence number always arrives at the present.
 */
export function thinRecords(records: readonly NumberedRecord[], stride: number): NumberedRecord[] {
  if (stride === 1) return [...records];
  const last = records.length - 1;
  const latest = new Map(records.map(({ record }, index) => [record.type, index]));
  return records.filter(({ record }, index) => {
    if (index === last) return true;
    if (record.type === 'iteration') return record.iteration % stride === 0;
    if (sums.has(record.type)) return latest.get(record.type) === index;
    return true;
  });
}
