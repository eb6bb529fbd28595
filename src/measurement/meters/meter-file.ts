import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Rail } from '../../protocol/measurements';
import { readCsv } from '../import/csv';
import type { PowerSample } from '../power-sample';
import type { Meter } from './meter';
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

/** An external meter that writes a file: its readings are those that the file has when they are asked for. */
export class FileMeter implements Meter {
  readonly kind = 'file';
  readonly clock = 'own';
  readonly overheadSeconds = 0;
  readonly rails: readonly Rail[];

  constructor(private readonly path: string) {
    this.rails = [{ name: basename(path), kind: 'file', resolutionW: 0, counted: true }];
  }

  /** @throws Error with one sentence when the file cannot be read or holds no readings. */
  async *samples(): AsyncIterable<PowerSample> {
    yield* readMeterFile(this.path);
  }
}
