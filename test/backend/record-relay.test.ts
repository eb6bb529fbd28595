import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RecordRelay } from '../../src/backend/record-relay';
import type { MetricRecord } from '../../src/protocol/records';
import { RunFolder } from '../../src/runs/run-folder';
import { iterationRecord, writeRecords } from './record-files';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'e2-train-relay-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const dropped: MetricRecord = { ...iterationRecord(4), executed: false, loss: undefined, accuracy: undefined };

/** The backend's part: what it has written, and what it came to confirm of it, before it died. */
function relayAfterDeath(written: number, confirmed: number): (number | string)[] {
  const sent: MetricRecord[] = [];
  const relay = new RecordRelay((record) => sent.push(record), 2);
  const before: MetricRecord[] = [
    { type: 'state', iteration: 0, state: 'queued' },
    { type: 'state', iteration: 0, state: 'training' },
  ];
  writeRecords(directory, before);
  for (const record of [iterationRecord(1), iterationRecord(2), iterationRecord(3), dropped, iterationRecord(5)]) relay.emit(record);
  const state: MetricRecord = { type: 'state', iteration: 3, state: 'stopping' };
  const onDisk = [sent[0]!, state, ...sent.slice(1)].slice(0, written);
  writeRecords(directory, onDisk, 3);
  const confirmedRecords = onDisk.slice(0, confirmed).filter((record) => record.type !== 'state').length;
  if (confirmedRecords > 0) relay.confirm(confirmedRecords, 2 + confirmed);
  const folder = new RunFolder(directory);
  relay.takeOver(folder);
  relay.emit(iterationRecord(6));
  expect(folder.readRecords().map(({ sequence }) => sequence)).toEqual(folder.readRecords().map((_record, index) => index + 1));
  return folder.readRecords(2).map(({ record }) => (record.type === 'state' ? record.state : record.iteration));
}

test.each([
  [0, 0],
  [1, 0],
  [1, 1],
  [4, 1],
  [4, 3],
  [6, 2],
  [6, 6],
])('when the backend dies with %i records written and %i confirmed, each record stands in the file once', (written, confirmed) => {
  const expected = written > 1 ? [1, 'stopping', 2, 3, 4, 5, 6] : [1, 2, 3, 4, 5, 6];
  expect(relayAfterDeath(written, confirmed)).toEqual(expected);
});

test('while the backend lives nothing is written and every record is sent', () => {
  const sent: MetricRecord[] = [];
  const relay = new RecordRelay((record) => sent.push(record), 0);
  relay.emit(iterationRecord(1));
  relay.emit(iterationRecord(2));
  expect(sent).toEqual([iterationRecord(1), iterationRecord(2)]);
  expect(relay.iteration).toBe(2);
  expect(new RunFolder(directory).readRecords()).toEqual([]);
});
