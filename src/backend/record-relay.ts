import { isDeepStrictEqual } from 'node:util';
import type { MetricRecord } from '../protocol/records';
import type { RunFolder } from '../runs/run-folder';

/**
 * The trainer's way to the run's record. The backend appends what it is sent and confirms; should the backend die, the trainer appends
 * what was not confirmed, and all that follows, itself. So the record has neither a gap nor a record twice.
 */
export class RecordRelay {
  private unconfirmed: MetricRecord[] = [];
  private folder?: RunFolder;
  private latestIteration = 0;

  /** @param lastSequence the run's last record before this trainer began. */
  constructor(
    private readonly send: (record: MetricRecord) => void,
    private lastSequence: number,
  ) {}

  /** The iteration that the latest record was about. */
  get iteration(): number {
    return this.latestIteration;
  }

  emit(record: MetricRecord): void {
    this.latestIteration = record.iteration;
    if (this.folder) {
      this.folder.append(record);
      return;
    }
    this.unconfirmed.push(record);
    this.send(record);
  }

  confirm(count: number, lastSequence: number): void {
    this.unconfirmed.splice(0, count);
    this.lastSequence = lastSequence;
  }

  /** The backend is gone: the folder is the trainer's now. */
  takeOver(folder: RunFolder): void {
    // The backend may have died after it appended and before it confirmed.
    for (const { record } of folder.readRecords(this.lastSequence)) {
      const [first] = this.unconfirmed;
      if (first && isDeepStrictEqual(record, JSON.parse(JSON.stringify(first)))) this.unconfirmed.shift();
    }
    this.folder = folder;
    for (const record of this.unconfirmed.splice(0)) folder.append(record);
  }
}
