import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { MeasurementStore } from '../../src/measurement/measurement-store';
import { runConfigurationSchema } from '../../src/protocol/configuration';
import { errorCodes, protocolVersion } from '../../src/protocol/messages';
import type { NumberedRecord, RunState } from '../../src/protocol/records';
import { OwnProfiles } from '../../src/runs/own-profiles';
import {
  type BackendProcess,
  collect,
  connectTo,
  eventually,
  openSocket,
  startBackend,
  startRun,
  summaryOf,
  untilState,
} from './backend-process';

/** The backend process with its socket, its queue and its run folders; the trainer is a stand-in where its timing matters. */

let workspace: string;
const backends: BackendProcess[] = [];

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'e2-train-backend-'));
});
afterEach(async () => {
  for (const backend of backends.splice(0)) {
    if (backend.process.connected) backend.process.disconnect();
    setTimeout(() => backend.process.kill('SIGKILL'), 8000).unref();
    await backend.exited;
    expect(backend.log.filter((line) => /UNEXPECTED|Unexpected/.test(line))).toEqual([]);
  }
  rmSync(workspace, { recursive: true, force: true });
});

async function backendWith(trainer: string): Promise<BackendProcess> {
  const backend = await startBackend({ workspace, trainer });
  backends.push(backend);
  return backend;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const sequences = (records: readonly NumberedRecord[]) => records.map(({ sequence }) => sequence);
const states = (records: readonly NumberedRecord[]): RunState[] =>
  records.flatMap(({ record }) => (record.type === 'state' ? record.state : []));
const iterations = (records: readonly NumberedRecord[]) =>
  records.flatMap(({ record }) => (record.type === 'iteration' ? record.iteration : []));

async function wholeRecord(backend: BackendProcess, runId: string): Promise<NumberedRecord[]> {
  const client = await backend.connect();
  const records = collect(client, runId);
  const { summary } = await client.request('runs/subscribe', { runId, after: 0 });
  await eventually(() => expect(records.at(-1)?.sequence).toBe(summary.lastSequence));
  client.close();
  return records;
}

test('it says over IPC where it listens, and a connection with the token learns who serves it', async () => {
  const backend = await backendWith('1');
  expect(backend.ready).toMatchObject({ type: 'ready', pid: backend.process.pid, protocolVersion });
  expect(backend.ready.token).toMatch(/^[0-9a-f]{64}$/);
  const client = await backend.connect();
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(await client.request('environment', {})).toMatchObject({ version, node: process.version, protocolVersion });
  expect(await client.request('runs/list', {})).toEqual([]);
});

test('a wrong token and another protocol version are refused with a sentence and a close code', async () => {
  const backend = await backendWith('1');
  await expect(connectTo({ ...backend.ready, token: '0'.repeat(64) })).rejects.toMatchObject({ code: errorCodes.unauthorized });
  const socket = openSocket(backend.ready);
  await new Promise((resolve) => socket.once('open', resolve));
  const parameters = { token: backend.ready.token, protocolVersion: protocolVersion + 1, client: 'test' };
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'authenticate', params: parameters }));
  const answer = await new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
  expect(JSON.parse(answer).error.message).toContain('reload the window');
  expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(4426);
});

test('a run stands in the list at once, streams its record, and ends finished', async () => {
  const backend = await backendWith('2');
  const client = await backend.connect();
  const runId = await startRun(client, 120);
  expect(await summaryOf(client, runId)).toMatchObject({ ours: true, run: { id: runId, title: 'resnet8 · SMB' } });
  const records = collect(client, runId);
  await client.request('runs/subscribe', { runId, after: 0 });
  const summary = await untilState(client, runId, 'finished');
  expect(summary).toMatchObject({ iteration: { iteration: 120 }, evaluation: { iteration: 100 }, resumable: false });
  expect(summary.run.owner).toBeUndefined();
  await eventually(() => expect(records.at(-1)?.sequence).toBe(summary.lastSequence));
  expect(sequences(records)).toEqual(range(1, summary.lastSequence));
  expect(iterations(records)).toEqual(range(1, 120));
  expect(states(records)).toEqual(['queued', 'preparing', 'training', 'finished']);
  expect(await wholeRecord(backend, runId)).toEqual(records);
});

test('a reader that reconnects with the last number it has misses nothing and gets nothing twice', async () => {
  const backend = await backendWith('1');
  const first = await backend.connect();
  const runId = await startRun(first, 300);
  const records = collect(first, runId);
  await first.request('runs/subscribe', { runId, after: 0 });
  await eventually(() => expect(records.length).toBeGreaterThan(50));
  first.close();
  const second = await backend.connect();
  await new Promise((resolve) => setTimeout(resolve, 100));
  const rest = collect(second, runId);
  await second.request('runs/subscribe', { runId, after: records.at(-1)!.sequence });
  const summary = await untilState(second, runId, 'finished');
  await eventually(() => expect(rest.at(-1)?.sequence).toBe(summary.lastSequence));
  expect(sequences([...records, ...rest])).toEqual(range(1, summary.lastSequence));
});

test('one run trains at a time; others queue in order, and a queued one can be stopped', async () => {
  const backend = await backendWith('5');
  const client = await backend.connect();
  const first = await startRun(client, 60);
  const second = await startRun(client, 10);
  const third = await startRun(client, 10);
  await untilState(client, first, 'training');
  expect((await summaryOf(client, second)).run.state).toBe('queued');
  await client.request('runs/stop', { runId: second });
  expect(await summaryOf(client, second)).toMatchObject({ run: { state: 'stopped', reason: 'Stopped before it began.' } });
  await untilState(client, third, 'finished');
  expect((await summaryOf(client, first)).run.state).toBe('finished');
  expect(iterations(await wholeRecord(backend, second))).toEqual([]);
});

test('tuning reaches the trainer and is noted; stop ends the run as stopped; what cannot be done is refused', async () => {
  const backend = await backendWith('5');
  const client = await backend.connect();
  const runId = await startRun(client, 100_000);
  await untilState(client, runId, 'training');
  await client.request('runs/tune', { runId, tuning: { learningRate: 0.025 } });
  await expect(client.request('runs/delete', { runId })).rejects.toThrow('stop it before you delete it');
  await expect(client.request('runs/resume', { runId })).rejects.toThrow('is training already');
  await eventually(async () => expect((await summaryOf(client, runId)).iteration?.learningRate).toBe(0.025));
  await client.request('runs/stop', { runId });
  await untilState(client, runId, 'stopped');
  const records = await wholeRecord(backend, runId);
  expect(records.map(({ record }) => record)).toContainEqual(expect.objectContaining({ type: 'tuning', tuning: { learningRate: 0.025 } }));
  expect(states(records)).toEqual(['queued', 'preparing', 'training', 'stopping', 'stopped']);
  await expect(client.request('runs/stop', { runId })).rejects.toThrow('is not training: it is stopped');
  await expect(client.request('runs/tune', { runId, tuning: {} })).rejects.toThrow('only a run that trains can be tuned');
  await expect(client.request('runs/subscribe', { runId: 'nowhere', after: 0 })).rejects.toThrow('There is no run “nowhere”');

  const deleted = new Promise((resolve) => client.on('runs/deleted', resolve));
  await client.request('runs/delete', { runId });
  expect(await deleted).toEqual({ runId });
  expect(await client.request('runs/list', {})).toEqual([]);
});

test('a trainer that fails says why; one that crashes or is killed leaves its run interrupted and the next run trains', async () => {
  const failing = await backendWith('fail');
  const client = await failing.connect();
  const failed = await untilState(client, await startRun(client, 50), 'failed');
  expect(failed.run.reason).toBe('The loss is not a number at iteration 5: lower the learning rate.');
  failing.process.disconnect();

  const crashing = await (await backendWith('crash')).connect();
  const crashed = await untilState(crashing, await startRun(crashing, 50), 'interrupted');
  expect(crashed.run.reason).toBe('The trainer process ended by itself with exit code 1: RangeError: the batch is larger than the memory.');

  const slow = await backendWith('5');
  const other = await slow.connect();
  const killed = await startRun(other, 10_000);
  const next = await startRun(other, 10);
  const { run } = await untilState(other, killed, 'training');
  expect(run.owner?.pid).not.toBe(slow.process.pid);
  process.kill(run.owner!.pid, 'SIGKILL');
  const interrupted = await untilState(other, killed, 'interrupted');
  expect(interrupted.run.reason).toBe('The trainer process was killed (SIGKILL); the machine may be short of memory.');
  expect(interrupted.run.owner).toBeUndefined();
  await untilState(other, next, 'finished');
});

test('a trainer that does not stop is ended, and its run is interrupted', async () => {
  const backend = await backendWith('deaf');
  const client = await backend.connect();
  const runId = await startRun(client, 10);
  await untilState(client, runId, 'training');
  await client.request('runs/stop', { runId });
  const { run } = await untilState(client, runId, 'interrupted');
  expect(run.reason).toContain('SIGKILL');
  expect(backend.log.join('\n')).toContain('gets SIGTERM');
});

test('the backend ends when its parent goes, after its trainer did; a new one shows the run interrupted', async () => {
  const backend = await backendWith('5');
  const client = await backend.connect();
  const runId = await startRun(client, 100_000);
  const queued = await startRun(client, 10);
  const { run } = await untilState(client, runId, 'training');
  backend.process.disconnect();
  expect(await backend.exited).toEqual({ code: 0, signal: null });
  expect(() => process.kill(run.owner!.pid, 0)).toThrow();
  const again = await (await backendWith('5')).connect();
  expect((await summaryOf(again, runId)).run).toMatchObject({
    state: 'interrupted',
    reason: 'The editor was closed while the run was training.',
  });
  expect((await summaryOf(again, queued)).run).toMatchObject({ state: 'interrupted' });
});

test('two windows on one folder: each sees the run of the other live, and only the owner steers it', async () => {
  const owner = await (await backendWith('5')).connect();
  const other = await (await backendWith('5')).connect();
  const runId = await startRun(owner, 100_000);
  const summary = await untilState(other, runId, 'training');
  expect(summary.ours).toBe(false);
  for (const method of ['runs/stop', 'runs/resume', 'runs/delete'] as const) {
    await expect(other.request(method, { runId })).rejects.toThrow(`process ${summary.run.owner?.pid} on `);
  }
  const records = collect(other, runId);
  await other.request('runs/subscribe', { runId, after: 0 });
  await eventually(() => expect(iterations(records).length).toBeGreaterThan(100));
  await owner.request('runs/stop', { runId });
  const stopped = await untilState(other, runId, 'stopped');
  await eventually(() => expect(records.at(-1)?.sequence).toBe(stopped.lastSequence));
  expect(sequences(records)).toEqual(range(1, stopped.lastSequence));
  await owner.request('runs/delete', { runId });
  await eventually(async () => expect(await other.request('runs/list', {})).toEqual([]));
});

test('a slow reader is thinned, keeps every evaluation and the end, and holds up neither the run nor another reader', async () => {
  const backend = await backendWith('0');
  const client = await backend.connect();
  const socket = openSocket(backend.ready);
  await new Promise((resolve) => socket.once('open', resolve));
  const ask = (id: number, method: string, params: unknown) => socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  ask(1, 'authenticate', { token: backend.ready.token, protocolVersion, client: 'test' });
  await new Promise((resolve) => socket.once('message', resolve));
  const total = 100_000;
  const runId = await startRun(client, total);
  const received: { records: NumberedRecord[]; thinned: boolean }[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.method === 'runs/records') received.push(message.params);
  });
  ask(2, 'runs/subscribe', { runId, after: 0 });
  socket.pause();
  const summary = await untilState(client, runId, 'finished');
  // The kernel's own buffers take some megabytes before the backend sees that nobody reads.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  socket.resume();
  const records = () => received.flatMap((message) => message.records);
  await eventually(() => expect(records().at(-1)?.sequence).toBe(summary.lastSequence));
  expect(received.some(({ thinned }) => thinned)).toBe(true);
  expect(iterations(records()).length).toBeLessThan(total / 2);
  expect(records().filter(({ record }) => record.type === 'evaluation').length).toBe(total / 100);
  expect((await wholeRecord(backend, runId)).length).toBe(summary.lastSequence);
});

test('where a file stands in place of the run folder the run is refused with one sentence', async () => {
  const backend = await backendWith('1');
  const client = await backend.connect();
  writeFileSync(join(workspace, '.e2train'), 'in the way');
  await expect(startRun(client, 10)).rejects.toMatchObject({ code: errorCodes.refused, message: expect.stringContaining('.e2train') });
});

test('a run for a device profile that is not there is refused with those that are, and leaves nothing', async () => {
  const client = await (await backendWith('1')).connect();
  const configuration = runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' }, deviceProfile: 'sun' });
  await expect(client.request('runs/start', { configuration })).rejects.toMatchObject({
    code: errorCodes.refused,
    message: 'There is no device profile “sun”; choose one of: asic-45nm, eyeriss-65nm.',
  });
  expect(await client.request('runs/list', {})).toEqual([]);
});

test('a run begins with a profile of the workspace as it is then, and keeps it when the file changes', async () => {
  const client = await (await backendWith('1')).connect();
  const own = new OwnProfiles(workspace);
  const profile = { ...findDeviceProfile('asic-45nm'), name: 'mine' };
  const file = own.add(profile);
  const configuration = runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' }, deviceProfile: 'mine' });
  const { runId } = await client.request('runs/start', { configuration });
  writeFileSync(file, JSON.stringify({ ...profile, dram: { accessPJ: { value: -1, source: 'slip' } } }));
  expect(await client.request('runs/deviceProfile', { runId })).toEqual(profile);
  await expect(client.request('runs/start', { configuration })).rejects.toMatchObject({
    code: errorCodes.refused,
    message: '.e2train/profiles/mine.json is no device profile: “dram.accessPJ.value” must be at least 0, not -1.',
  });
});

test('measurements that come, change and go are told, their folder with them', async () => {
  const client = await (await backendWith('1')).connect();
  let told = 0;
  client.on('measurements/changed', () => told++);
  const store = new MeasurementStore(workspace);
  const origin = { kind: 'import' as const, format: 'e2train' as const, file: 'a.csv', sha256: 'x' };
  const { id } = store.create({ title: 'a', state: 'complete', origin, rows: [], events: [] });
  await eventually(() => expect(told).toBe(1));
  expect((await client.request('measurements/list', {})).map((file) => file.id)).toEqual([id]);
  store.delete(id);
  await eventually(() => expect(told).toBe(2));
  expect(await client.request('measurements/list', {})).toEqual([]);
  store.create({ title: 'b', state: 'complete', origin, rows: [], events: [] });
  await eventually(() => expect(told).toBe(3));
  rmSync(join(workspace, '.e2train'), { recursive: true });
  await eventually(() => expect(told).toBe(4));
});

test('nothing is written into a workspace before a run starts', async () => {
  const backend = await backendWith('1');
  const client = await backend.connect();
  await client.request('runs/list', {});
  expect(existsSync(join(workspace, '.e2train'))).toBe(false);
});

test('a backend that cannot open its port says so in one sentence and ends', async () => {
  const { ready } = await backendWith('1');
  await expect(startBackend({ workspace, trainer: '1', port: ready.port })).rejects.toThrow(
    'The training backend cannot open a port on 127.0.0.1 (EADDRINUSE)',
  );
});
