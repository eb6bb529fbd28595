import type { MeasurementOrigin, MeasurementRow } from '../../protocol/measurements';
import { readCsv } from './csv';
import { readLabels } from './labels';
import { isOwnFormat, ownColumns, readOwnFormat } from './own-format';
import { isPynq, readPynq } from './pynq';
import type { SubjectDefaults } from './subject';
import { isZeus, readZeus } from './zeus';

export interface ImportOptions {
  /** The file's name, for sentences and as the source of rows that give none. */
  readonly file: string;
  /** Images in one execution, where the file does not say. */
  readonly batchSize: number;
  /** Text of a file that says what the marks or windows are of. */
  readonly labels?: string;
  readonly defaults: SubjectDefaults;
}

export type ImportFormat = Extract<MeasurementOrigin, { kind: 'import' }>['format'];

/**
 * Rows of a CSV file of measured energies, in whichever of the known forms it is.
 * @throws Error with one sentence that names file, line and column; nothing of a file with a wrong line is taken.
 */
export function readMeasurements(text: string, options: ImportOptions): { format: ImportFormat; rows: MeasurementRow[] } {
  const { file, batchSize, defaults } = options;
  const labels = inFile('The file of labels', () => (options.labels === undefined ? new Map() : readLabels(options.labels)));
  return inFile(file, () => {
    const table = readCsv(text);
    if (table.rows.length === 0) throw new Error('it has column names and no lines below them');
    if (isOwnFormat(table)) return { format: 'e2train', rows: readOwnFormat(table, file, batchSize) };
    if (isZeus(table)) return { format: 'zeus', rows: readZeus(table, { labels, defaults, batchSize }) };
    if (isPynq(table)) return { format: 'pynq', rows: readPynq(table, labels, batchSize) };
    throw new Error(
      `its columns (${table.columns.join(', ')}) are those of no known form: ${ownColumns.join(',')}, ` +
        'a log of Zeus (window_name, elapsed_time, …_energy), or a recording of PYNQ (Mark, …_power)',
    );
  });
}

function inFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${file} cannot be imported: ${(error as Error).message}.`);
  }
}
