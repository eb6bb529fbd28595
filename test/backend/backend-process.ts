import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import { builtFile } from '../../src/platform/built-file';
import { runConfigurationSchema } from '../../src/protocol/configuration';
import { type BackendReady, backendMessageSchema, protocolVersion } from '../../src/protocol/messages';
import type { NumberedRecord, RunState } from '../../src/protocol/records';
import { RpcClient } from '../../src/protocol/rpc';
import type { RunSummary } from '../../src/protocol/runs';
import { socketChannel } from '../../src/protocol/socket-channel';

/** A real backend process, forked from its bundle as the extension does it. */
export interface BackendProcess {
  process: ChildProcess;
  ready: BackendReady;
  log: string[];
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  connect(): Promise<RpcClient>;
}

export interface BackendSettings {
  workspace: string;
  /** How the fake trainer behaves; `real` takes the trainer's own bundle. */
  trainer: string;
  /** A fixed port instead of a free one. */
  port?: number;
  /** The backend's bundle; another installation's, say. */
  program?: string;
}

export const fakeTrainer = join(__dirname, 'fake-trainer.mjs');

export async function startBackend({
  workspace,
  trainer,
  port = 0,
  program = builtFile('backend.js'),
}: BackendSettings): Promise<BackendProcess> {
  const entry = trainer === 'real' ? [] : ['--trainer', fakeTrainer];
  const child = fork(program, ['--workspace', workspace, '--port', String(port), ...entry], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, FAKE_TRAINER: trainer },
  });
  const log: string[] = [];
  const ready = await new Promise<BackendReady>((resolve, reject) => {
    child.on('message', (message) => {
      const said = backendMessageSchema.parse(message);
      if (said.type === 'ready') resolve(said);
      else if (said.type === 'failed') reject(new Error(said.message));
      else log.push(said.message);
    });
    child.stdout?.on('data', (data) => log.push(`UNEXPECTED OUTPUT: ${data}`));
    child.stderr?.on('data', (data) => log.push(String(data)));
    child.once('exit', (code) => reject(new Error(`The backend ended with ${code}: ${log.join('\n')}`)));
  });
  const exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  return { process: child, ready, log, exited, connect: () => connectTo(ready) };
}

export function openSocket({ port }: BackendReady): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${port}`);
}

export async function connectTo(ready: BackendReady): Promise<RpcClient> {
  const client = new RpcClient(socketChannel(openSocket(ready)));
  await client.request('authenticate', { token: ready.token, protocolVersion, client: 'test' });
  return client;
}

/** Starts a run of the built-in resnet8; with the fake trainer only the number of iterations matters. */
export async function startRun(client: RpcClient, iterations: number, batchSize = 64): Promise<string> {
  // Evaluations take longer than these few iterations: one at the end is enough.
  const configuration = runConfigurationSchema.parse({
    model: { kind: 'builtin', name: 'resnet8' },
    iterations,
    evaluateEvery: iterations,
    batchSize,
    threads: 1,
  });
  return (await client.request('runs/start', { configuration })).runId;
}

export async function summaryOf(client: RpcClient, runId: string): Promise<RunSummary> {
  const summary = (await client.request('runs/list', {})).find(({ run }) => run.id === runId);
  if (!summary) throw new Error(`The list has no run ${runId}.`);
  return summary;
}

/** Waits until the run is in one of the states, as a list would show it. */
export async function untilState(client: RpcClient, runId: string, ...states: RunState[]): Promise<RunSummary> {
  let stopListening = () => {};
  const changed = new Promise<RunSummary>((resolve) => {
    stopListening = client.on('runs/changed', ({ summary }) => {
      if (summary.run.id === runId && states.includes(summary.run.state)) resolve(summary);
    });
  });
  const present = await summaryOf(client, runId);
  const summary = states.includes(present.run.state) ? present : await changed;
  stopListening();
  return summary;
}

/** Waits until an assertion holds; only the test's own time limits it. */
export const eventually = (assertion: () => void | Promise<void>, interval = 20): Promise<void> =>
  vi.waitFor(assertion, { timeout: 50_000, interval });

/** Collects a run's records from now on. */
export function collect(client: RpcClient, runId: string): NumberedRecord[] {
  const records: NumberedRecord[] = [];
  client.on('runs/records', (message) => {
    if (message.runId === runId) records.push(...message.records);
  });
  return records;
}
