import { readFileSync } from 'node:fs';
import { readCsv } from '../import/csv';
import type { PowerSample } from '../power-sample';
import { meterColumns, samplesOfRow } from './meter-columns';

/**
 * The readings of a file that an external meter wrote; a last line that is still being written is passed over.
 * @throws Error with one sentence when it cannot be read or holds no readings.
 */
export function readMeterFile(path: string): PowerSample[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`The meter's file ${path} cannot be read: ${(error as Error).message}.`);
  }
  try {
    const { columns, rows } = readCsv(text.slice(0, text.lastIndexOf('\n') + 1));
    const places = meterColumns(columns);
    if (places.time === undefined) throw new Error('its readings have no times: a column such as time (seconds) is needed');
    if (rows.length === 0) throw new Error('it has no readings');
    return rows.flatMap((row) => samplesOfRow(row, places, 0));
  } catch (error) {
    throw new Error(`The meter's file ${path} cannot be used: ${(error as Error).message}.`);
  }
}
