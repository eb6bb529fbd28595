import { readdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { writeFileAtomically } from '../platform/atomic-write';
import { writingTo } from '../platform/write-failure';
import type { MetricRecord, NumberedRecord } from '../protocol/records';
import { type RunFile, runFileSchema } from '../protocol/runs';
import { exclusively } from './exclusively';
import { RecordFiles } from './record-files';
import { inOtherHands, ownerLives } from './run-owner';

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
   * Changes fields of `run.json`; a field that is given as undefined is removed. Of several processes that want to own the run one gets it.
   * @throws Error with one sentence when it cannot be written, or when a new owner is given while another process owns it; it then stays as it was.
   */
  update(change: Partial<RunFile>): RunFile {
    const changed = () => {
      const present = this.read();
      if (change.owner) refuseWhenOwned(present);
      const file = runFileSchema.parse(JSON.parse(JSON.stringify({ ...present, ...change })));
      this.write(file);
      return file;
    };
    return writingTo(this.directory, () => exclusively(join(this.directory, `${runFileName}.lock`), changed));
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

/** The owner itself may hand the run on to a process of its own. */
function refuseWhenOwned(run: RunFile): void {
  const { owner } = run;
  if (!owner || !ownerLives(run) || (owner.pid === process.pid && owner.host === hostname())) return;
  throw new Error(inOtherHands(run));
}
