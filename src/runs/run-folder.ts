import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { writeFileAtomically } from '../platform/atomic-write';
import type { MetricRecord, NumberedRecord } from '../protocol/records';
import { type RunFile, runFileSchema } from '../protocol/runs';
import { RecordFiles } from './record-files';

const runFileName = 'run.json';

/** One run on disk: `run.json`, its record, its checkpoints, its model. One process writes it at a time; any may read. */
export class RunFolder {
  readonly records: RecordFiles;

  constructor(readonly directory: string) {
    this.records = new RecordFiles(directory);
  }

  get id(): string {
    return basename(this.directory);
  }

  /** @throws Error with one sentence when `run.json` is missing or damaged. */
  read(): RunFile {
    const path = join(this.directory, runFileName);
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      throw new Error(`${path} cannot be read; the run may have been deleted.`);
    }
    try {
      return runFileSchema.parse(JSON.parse(text));
    } catch {
      throw new Error(`${path} is damaged, or was written by another version; delete the run's folder if it is of no use.`);
    }
  }

  /**
   * Changes fields of `run.json`; a field that is given as undefined is removed.
   * @throws Error with one sentence when it cannot be written; it then stays as it was.
   */
  update(change: Partial<RunFile>): RunFile {
    const file = runFileSchema.parse(JSON.parse(JSON.stringify({ ...this.read(), ...change })));
    this.write(file);
    return file;
  }

  /** @throws Error with one sentence when it cannot be written. */
  write(file: RunFile): void {
    writeFileAtomically(join(this.directory, runFileName), `${JSON.stringify(file, null, 2)}\n`);
  }

  /** @throws Error with one sentence when it cannot be written. */
  append(record: MetricRecord): NumberedRecord {
    return this.records.append(record);
  }

  readRecords(after = 0): NumberedRecord[] {
    return this.records.read(after);
  }

  /** Name of the newest checkpoint's folder, whole or not; undefined when there is none. */
  latestCheckpoint(): string | undefined {
    try {
      const names = readdirSync(join(this.directory, 'checkpoints'));
      return names
        .filter((name) => /^iteration-\d+$/.test(name))
        .sort()
        .at(-1);
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.records.close();
  }
}
