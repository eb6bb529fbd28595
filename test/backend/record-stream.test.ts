import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RecordStream } from '../../src/backend/record-stream';
import type { NotificationParameters } from '../../src/protocol/messages';
import { evaluationRecord, iterationRecord, writeRecords } from './record-files';

type Message = NotificationParameters<'runs/records'>;

let directory: string;
let stream: RecordStream | undefined;
let lastSequence: number;
let whenSent: (message: Message) => void;
const outlet = {
  bufferedBytes: 0,
  messages: [] as Message[],
  send: (message: Message) => {
    outlet.messages.push(message);
    whenSent(message);
  },
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'e2-train-stream-'));
  outlet.bufferedBytes = 0;
  outlet.messages = [];
  whenSent = () => {};
  lastSequence = 0;
});
afterEach(() => {
  stream?.close();
  rmSync(directory, { recursive: true });
});

/** Iterations, each hundredth followed by an evaluation. */
function append(count: number): void {
  const records = Array.from({ length: count }, (_, index) => {
    const sequence = lastSequence + index + 1;
    return sequence % 100 === 0 ? evaluationRecord(sequence) : iterationRecord(sequence);
  });
  writeRecords(directory, records, lastSequence + 1);
  lastSequence += count;
}

const subscribe = (after: number) => {
  stream = new RecordStream(
    'run',
    directory,
    after,
    () => lastSequence,
    outlet,
    (error) => expect.fail(String(error)),
  );
};
const sent = () => outlet.messages.flatMap(({ records }) => records.map(({ sequence }) => sequence));
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

test('history after n comes first, then what is new, without gap or double', async () => {
  append(3000);
  subscribe(1200);
  await vi.waitFor(() => expect(sent().at(-1)).toBe(3000));
  for (let step = 0; step < 20; step++) {
    append(5);
    stream?.notify();
    await new Promise((resolve) => setTimeout(resolve, 7));
  }
  await vi.waitFor(() => expect(sent().at(-1)).toBe(3100));
  expect(sent()).toEqual(range(1201, 3100));
  expect(outlet.messages.every(({ thinned }) => !thinned)).toBe(true);
});

test('new records wait for company: many in a short time are few messages', async () => {
  append(1);
  subscribe(1);
  for (let step = 0; step < 100; step++) {
    append(1);
    stream?.notify();
    if (step % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await vi.waitFor(() => expect(sent().at(-1)).toBe(101));
  expect(outlet.messages.length).toBeLessThan(15);
});

test('a reader that is busy for a moment misses nothing', async () => {
  append(2000);
  outlet.bufferedBytes = 5e6;
  subscribe(0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(outlet.messages).toEqual([]);
  outlet.bufferedBytes = 0;
  await vi.waitFor(() => expect(sent().at(-1)).toBe(2000));
  expect(sent()).toEqual(range(1, 2000));
});

test('a slow reader gets what it missed thinned evenly, with all evaluations and the latest, and then every record again', async () => {
  append(10);
  subscribe(10);
  outlet.bufferedBytes = 5e6;
  append(9990);
  stream?.notify();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(outlet.messages).toEqual([]);
  // What is written as soon as the reader has caught up is no longer missed.
  let caughtUp: Message[] = [];
  whenSent = ({ records }) => {
    if (records.at(-1)?.sequence !== 10_000) return;
    caughtUp = outlet.messages.splice(0);
    append(50);
  };
  outlet.bufferedBytes = 0;
  await vi.waitFor(() => expect(sent().at(-1)).toBe(10_050));
  expect(sent()).toEqual(range(10_001, 10_050));
  outlet.messages = caughtUp;
  expect(outlet.messages.every(({ thinned }) => thinned)).toBe(true);
  expect(sent().filter((sequence) => sequence % 100 === 0)).toEqual(range(1, 100).map((hundred) => hundred * 100));
  const points = sent().filter((sequence) => sequence % 100 !== 0);
  expect(points.length).toBeGreaterThan(400);
  expect(points.length).toBeLessThan(600);
  const gaps = points.slice(1).map((sequence, index) => sequence - points[index]!);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(40);
});

test('a closed stream sends nothing more', async () => {
  append(5000);
  subscribe(0);
  await vi.waitFor(() => expect(outlet.messages.length).toBeGreaterThan(0));
  stream?.close();
  const before = outlet.messages.length;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(outlet.messages.length).toBe(before);
});
