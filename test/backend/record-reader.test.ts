import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RecordReader } from '../../src/backend/record-reader';
import type { MetricRecord } from '../../src/protocol/records';
import { iterationRecord, layerEnergyRecord, writeRecords } from './record-files';

let directory: string;
let reader: RecordReader | undefined;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'e2-train-records-'));
});
afterEach(async () => {
  await reader?.close();
  rmSync(directory, { recursive: true });
});

const mixed = (count: number): MetricRecord[] =>
  Array.from({ length: count }, (_, index) => (index % 7 === 3 ? layerEnergyRecord(index + 1) : iterationRecord(index + 1)));

async function readAll(after: number): Promise<number[]> {
  reader = new RecordReader(directory, after);
  const sequences: number[] = [];
  for (;;) {
    const records = await reader.next(100, 1_000_000);
    if (records.length === 0) break;
    sequences.push(...records.map(({ sequence }) => sequence));
  }
  await reader.close();
  return sequences;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('records of both files come in the order of their numbers', async () => {
  writeRecords(directory, mixed(5000));
  expect(await readAll(0)).toEqual(range(1, 5000));
});

test('a reader that has had n records gets those after n', async () => {
  writeRecords(directory, mixed(5000));
  for (const after of [1, 3, 4, 2500, 4999, 5000]) expect(await readAll(after)).toEqual(range(after + 1, 5000));
});

test('a reader follows files that grow, and waits for a line that is still being written', async () => {
  reader = new RecordReader(directory, 0);
  expect(await reader.next(10, 1e6)).toEqual([]);
  writeRecords(directory, mixed(4));
  expect((await reader.next(10, 1e6)).length).toBe(4);
  const line = `${JSON.stringify({ sequence: 5, record: iterationRecord(5) })}\n`;
  appendFileSync(join(directory, 'metrics.jsonl'), line.slice(0, 40));
  expect(await reader.next(10, 1e6)).toEqual([]);
  appendFileSync(join(directory, 'metrics.jsonl'), line.slice(40));
  expect(await reader.next(10, 1e6)).toEqual([{ sequence: 5, record: iterationRecord(5) }]);
});

test('lines that are no records are passed over, and a lost record does not hold up those after it', async () => {
  writeRecords(directory, mixed(3));
  appendFileSync(join(directory, 'metrics.jsonl'), '{"sequence":4,"rec\n\nnonsense\n');
  writeRecords(directory, mixed(10).slice(5), 6);
  expect(await readAll(0)).toEqual([1, 2, 3, ...range(6, 10)]);
});
