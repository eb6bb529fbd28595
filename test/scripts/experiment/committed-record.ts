import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunRecord, runRecordSchema } from '../../../src/scripts/experiment/run-record';

/** A record among the committed ones, to make others from. */
export function committedRecord(name: string): RunRecord {
  const path = join(__dirname, '..', '..', '..', 'docs', 'results', `${name}.json`);
  return runRecordSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}
