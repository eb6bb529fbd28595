import { join } from 'node:path';
import type { NumberedRecord } from '../protocol/records';
import { parseRecordLine } from '../runs/record-line';
import { LineTail } from './line-tail';

const sequencePrefix = /^\{"sequence":(\d+)[,}]/;

/** One of the two files of a run's record, read ahead by one block. */
class RecordFile {
  private readonly tail: LineTail;
  private lines: string[] = [];
  private position = 0;

  constructor(path: string) {
    this.tail = new LineTail(path);
  }

  /** Sequence number of the next record after `after`; undefined at the present end. Lines that are no records are passed over. */
  async head(after: number): Promise<number | undefined> {
    for (;;) {
      while (this.position < this.lines.length) {
        const sequence = Number(sequencePrefix.exec(this.lines[this.position]!)?.[1]);
        if (sequence > after) return sequence;
        this.position++;
      }
      this.lines = await this.tail.next();
      this.position = 0;
      if (this.lines.length === 0) return undefined;
    }
  }

  take(): string {
    return this.lines[this.position++]!;
  }

  close(): Promise<void> {
    return this.tail.close();
  }
}

/**
 * Reads a run's record in order from its two files, from any sequence number on and as it grows. Holds one block of each file at most,
 * so history costs no memory however long the run is.
 */
export class RecordReader {
  private readonly files: [RecordFile, RecordFile];

  /** @param sequence the last record that the reader's user already has; 0 for none. */
  constructor(
    runDirectory: string,
    public sequence: number,
  ) {
    this.files = [new RecordFile(join(runDirectory, 'metrics.jsonl')), new RecordFile(join(runDirectory, 'layers.jsonl'))];
  }

  /** The next records, at most so many and about so many characters; none at the present end. */
  async next(maximumRecords: number, maximumCharacters: number): Promise<NumberedRecord[]> {
    const records: NumberedRecord[] = [];
    let characters = 0;
    while (records.length < maximumRecords && characters < maximumCharacters) {
      const file = await this.fileOfNext();
      if (!file) break;
      const line = file.take();
      const record = parseRecordLine(line);
      if (!record) continue;
      this.sequence = record.sequence;
      characters += line.length;
      records.push(record);
    }
    return records;
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }

  private async fileOfNext(): Promise<RecordFile | undefined> {
    // Between the two reads both files may have grown: a gap means the first must be read once more. A gap that stays is a lost line.
    for (let attempt = 0; ; attempt++) {
      const [metrics, layers] = this.files;
      const first = await metrics.head(this.sequence);
      if (first === this.sequence + 1) return metrics;
      const second = await layers.head(this.sequence);
      const lowest = Math.min(first ?? Number.POSITIVE_INFINITY, second ?? Number.POSITIVE_INFINITY);
      if (lowest === Number.POSITIVE_INFINITY) return undefined;
      if (lowest === this.sequence + 1 || attempt > 0) return lowest === first ? metrics : layers;
    }
  }
}
