import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writingTo } from '../platform/write-failure';
import type { MetricRecord, NumberedRecord } from '../protocol/records';
import { parseRecordLine } from './record-line';

/** Files of a run's record. Energy by layer is long and its latest line says all, so it has a file of its own. */
const fileNames = ['metrics.jsonl', 'layers.jsonl'] as const;
type FileName = (typeof fileNames)[number];

const fileOf = (record: MetricRecord): FileName => (record.type === 'layerEnergy' ? 'layers.jsonl' : 'metrics.jsonl');

/** Bytes from a file's end in which its last whole lines are looked for first. */
const tailBytes = 64 * 1024;
const newline = 0x0a;

/**
 * The record of a run: two files of JSON lines that only grow, numbered in one sequence. A line that a kill cut short is passed over by
 * readers and removed before the next line is written.
 */
export class RecordFiles {
  private writers?: Record<FileName, number>;
  private lastSequence = 0;

  constructor(private readonly directory: string) {}

  /** @throws Error with one sentence when the folder cannot be written. */
  append(record: MetricRecord): NumberedRecord {
    return writingTo(this.directory, () => {
      this.writers ??= this.openWriters();
      const numbered: NumberedRecord = { sequence: this.lastSequence + 1, record };
      appendWhole(this.writers[fileOf(record)], Buffer.from(`${JSON.stringify(numbered)}\n`));
      this.lastSequence = numbered.sequence;
      return numbered;
    });
  }

  /** All records after the given sequence number, in order. */
  read(after = 0): NumberedRecord[] {
    return fileNames
      .flatMap((name) => wholeLines(readOrEmpty(join(this.directory, name))))
      .flatMap((line) => parseRecordLine(line) ?? [])
      .filter(({ sequence }) => sequence > after)
      .sort((a, b) => a.sequence - b.sequence);
  }

  /** The latest record of each type, without reading the whole files where their ends hold them. */
  latest(): { lastSequence: number; records: ReadonlyMap<MetricRecord['type'], MetricRecord> } {
    const records = new Map<MetricRecord['type'], MetricRecord>();
    let lastSequence = 0;
    for (const name of fileNames) {
      for (const { sequence, record } of this.tail(name)) {
        records.set(record.type, record);
        lastSequence = Math.max(lastSequence, sequence);
      }
    }
    return { lastSequence, records };
  }

  close(): void {
    for (const file of Object.values(this.writers ?? {})) closeSync(file);
    this.writers = undefined;
  }

  private openWriters(): Record<FileName, number> {
    const writers = Object.fromEntries(fileNames.map((name) => [name, openForAppending(join(this.directory, name))])) as Record<
      FileName,
      number
    >;
    this.lastSequence = this.latest().lastSequence;
    return writers;
  }

  /** The last records of one file: those of its end, or all when evaluations and predictions lie further back. */
  private tail(name: FileName): NumberedRecord[] {
    const path = join(this.directory, name);
    const { text, whole } = readEnd(path, tailBytes);
    const records = wholeLines(text).flatMap((line) => parseRecordLine(line) ?? []);
    const wanted: readonly MetricRecord['type'][] =
      name === 'metrics.jsonl' ? ['iteration', 'evaluation', 'prediction', 'state'] : ['layerEnergy'];
    if (whole || wanted.every((type) => records.some(({ record }) => record.type === type))) return records;
    return wholeLines(readOrEmpty(path)).flatMap((line) => parseRecordLine(line) ?? []);
  }
}

/** Adds a line at a file's end; a disk that takes only a part of it has it back. */
function appendWhole(file: number, line: Buffer): void {
  const end = fstatSync(file).size;
  try {
    if (writeSync(file, line, 0, line.length, end) < line.length) throw Object.assign(new Error('The disk is full.'), { code: 'ENOSPC' });
  } catch (error) {
    cutBack(file, end);
    throw error;
  }
}

/** What cannot be cut off is passed over by readers; the failure before this one is what the person should hear of. */
function cutBack(file: number, end: number): void {
  try {
    ftruncateSync(file, end);
  } catch {}
}

/** Opens for writing at the end, after a line that was cut short has been removed. */
function openForAppending(path: string): number {
  const file = openSync(path, openFlags(path));
  const { size } = fstatSync(file);
  let end = size;
  const byte = Buffer.alloc(1);
  while (end > 0 && readSync(file, byte, 0, 1, end - 1) === 1 && byte[0] !== newline) end--;
  if (end < size) ftruncateSync(file, end);
  return file;
}

/** `r+` keeps what is there but does not create; `w+` creates. */
function openFlags(path: string): string {
  try {
    closeSync(openSync(path, 'r'));
    return 'r+';
  } catch {
    return 'w+';
  }
}

function readEnd(path: string, bytes: number): { text: string; whole: boolean } {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return { text: '', whole: true };
  }
  try {
    const { size } = fstatSync(file);
    const buffer = Buffer.alloc(Math.min(size, bytes));
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
    if (size <= bytes) return { text: buffer.toString('utf8'), whole: true };
    return { text: buffer.subarray(buffer.indexOf(newline) + 1).toString('utf8'), whole: false };
  } finally {
    closeSync(file);
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Lines that have their end; what follows the last end is still being written. */
function wholeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}
