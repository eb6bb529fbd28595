import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { plannedIterations, runConfigurationSchema } from '../../src/protocol/configuration';
import { RunStore } from '../../src/runs/run-store';
import { copyDistribution } from '../engine/distribution-copy';
import { mountDisk } from '../platform/mounted-disk';
import { type BackendProcess, collect, eventually, startBackend, startRun, summaryOf, untilState } from './backend-process';

/** The backend with the real trainer: resnet8 on the built-in images, a few iterations of small batches. */

let workspace: string;
const backends: BackendProcess[] = [];
beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'e2-train-training-'));
});
afterEach(async () => {
  for (const backend of backends.splice(0)) {
    if (backend.process.connected) backend.process.disconnect();
    await backend.exited;
  }
  rmSync(workspace, { recursive: true, force: true });
});

async function backendWithTrainer(): Promise<BackendProcess> {
  const backend = await startBackend({ workspace, trainer: 'real' });
  backends.push(backend);
  return backend;
}

test('a run trains to its end, says what it computed with, and leaves a model', async () => {
  const client = await (await backendWithTrainer()).connect();
  const runId = await startRun(client, 6, 8);
  const records = collect(client, runId);
  await client.request('runs/subscribe', { runId, after: 0 });
  const summary = await untilState(client, runId, 'finished', 'failed', 'interrupted');
  expect(summary.run).toMatchObject({ state: 'finished', environment: { engine: 'local', threads: 1, node: process.version } });
  expect(summary.run.data?.name).not.toBe('');
  await eventually(() => expect(records.at(-1)?.sequence).toBe(summary.lastSequence));
  const losses = records.flatMap(({ record }) => (record.type === 'iteration' ? [record.loss] : []));
  expect(losses.length).toBe(6);
  expect(losses.every((loss) => typeof loss === 'number' && loss > 0)).toBe(true);
  expect(new Set(records.map(({ record }) => record.type))).toEqual(
    new Set(['state', 'iteration', 'evaluation', 'prediction', 'hostEnergy', 'checkpoint', 'layerEnergy']),
  );
  expect(existsSync(join(summary.directory, 'model', 'model.json'))).toBe(true);
  expect(JSON.parse(readFileSync(join(summary.directory, 'graph.json'), 'utf8')).layers.length).toBeGreaterThan(20);
});

test('a stopped run resumes from its checkpoint and is then the run that was never stopped', async () => {
  const client = await (await backendWithTrainer()).connect();
  const whole = await startRun(client, 60, 8);
  await untilState(client, whole, 'finished');
  const halved = await startRun(client, 60, 8);
  await eventually(async () => expect((await summaryOf(client, halved)).iteration?.iteration).toBeGreaterThan(1));
  await client.request('runs/stop', { runId: halved });
  const stopped = await untilState(client, halved, 'stopped', 'finished');
  expect(stopped).toMatchObject({ resumable: true, run: { state: 'stopped' } });
  await client.request('runs/resume', { runId: halved });
  const resumed = await untilState(client, halved, 'finished');
  expect(resumed.run.resumes).toMatchObject([{ iteration: stopped.iteration?.iteration }]);
  const { loss, accuracy } = (await summaryOf(client, whole)).evaluation!;
  expect(resumed.evaluation).toMatchObject({ loss, accuracy });
});

test('when the backend is killed its trainer stops with a checkpoint, records all it did, and the run can be resumed by a new backend', async () => {
  const backend = await backendWithTrainer();
  const client = await backend.connect();
  const runId = await startRun(client, 100_000, 8);
  const { run } = await untilState(client, runId, 'training');
  await eventually(async () => expect((await summaryOf(client, runId)).iteration?.iteration).toBeGreaterThan(3));
  backend.process.kill('SIGKILL');
  await backend.exited;
  const next = await (await backendWithTrainer()).connect();
  const interrupted = await untilState(next, runId, 'interrupted');
  expect(interrupted).toMatchObject({
    resumable: true,
    ours: true,
    run: { reason: 'The training backend ended while the run was training.' },
  });
  await eventually(() => expect(() => process.kill(run.owner!.pid, 0)).toThrow());
  const folder = new RunStore(workspace).open(runId);
  const records = folder.readRecords();
  expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_record, index) => index + 1));
  const iterations = records.flatMap(({ record }) => (record.type === 'iteration' ? record.iteration : []));
  expect(iterations).toEqual(iterations.map((_iteration, index) => index + 1));
  const withoutHost = records.filter(({ record }) => record.type !== 'hostEnergy');
  expect(withoutHost.slice(-2).map(({ record }) => [record.type, record.iteration])).toEqual([
    ['checkpoint', iterations.length],
    ['state', iterations.length],
  ]);

  await next.request('runs/resume', { runId });
  await eventually(async () => expect((await summaryOf(next, runId)).iteration?.iteration).toBeGreaterThan(iterations.length));
  await next.request('runs/stop', { runId });
  const stopped = await untilState(next, runId, 'stopped');
  expect(plannedIterations(stopped.run.configuration)).toBe(100_000);
});

test('what cannot be trained fails with the sentence that says why', async () => {
  const client = await (await backendWithTrainer()).connect();
  const configuration = runConfigurationSchema.parse({
    model: { kind: 'builtin', name: 'resnet8' },
    data: { kind: 'directory', path: join(workspace, 'nowhere') },
  });
  const { runId } = await client.request('runs/start', { configuration });
  const { run } = await untilState(client, runId, 'failed');
  expect(run.reason).toContain(join(workspace, 'nowhere'));
});

test('a batch that needs more memory than there is fails before the first iteration, with the batch that fits', async () => {
  const client = await (await backendWithTrainer()).connect();
  const configuration = runConfigurationSchema.parse({
    model: { kind: 'builtin', name: 'resnet110' },
    batchSize: 4096,
    engine: 'wasm',
  });
  const { runId } = await client.request('runs/start', { configuration });
  const { run, iteration } = await untilState(client, runId, 'failed', 'finished');
  expect(iteration).toBeUndefined();
  expect(run.reason).toMatch(
    /^A batch of 4096 needs \d+\.\d\d GB of memory, and the wasm .* engine has \d\.\d\d GB: a batch of \d+ fits\.$/,
  );
});

test('without native kernels a run trains on WebAssembly; log and record say why', async () => {
  const { folder, nativeLibrary } = copyDistribution();
  rmSync(nativeLibrary);
  const backend = await startBackend({ workspace, trainer: 'real', program: join(folder, 'backend.js') });
  backends.push(backend);
  const client = await backend.connect();
  const { run } = await untilState(client, await startRun(client, 2, 8), 'finished', 'failed');
  expect(run).toMatchObject({
    state: 'finished',
    environment: {
      build: expect.stringMatching(/^wasm /),
      engineNote: `The native kernels cannot be used: this installation has none for ${process.platform}-${process.arch}.`,
    },
  });
  expect(backend.log.join('\n')).toContain(`${run.environment?.engineNote} This run computes on ${run.environment?.build}.`);
});

const disk = mountDisk(900);
afterAll(() => disk?.unmount());

test.runIf(disk)(
  'on a disk that is full the run ends with a sentence and a whole checkpoint, from which it goes on when there is room',
  async () => {
    // A checkpoint takes 650 kB: there is room for one, and for neither a second nor the final model.
    const backend = await startBackend({ workspace: disk!.directory, trainer: 'real' });
    backends.push(backend);
    const client = await backend.connect();
    const runId = await startRun(client, 40, 8);
    const { run, directory, resumable } = await untilState(client, runId, 'failed', 'interrupted', 'finished');
    expect(run.reason).toBe(`The disk of the folder ${directory} is full: free some space and try again.`);
    expect(resumable).toBe(true);
    expect(readdirSync(join(directory, 'checkpoints'))).toEqual(['iteration-00000002']);
    expect(existsSync(join(directory, 'model'))).toBe(false);
    disk!.grow(16_384);
    await client.request('runs/resume', { runId });
    expect((await untilState(client, runId, 'failed', 'finished')).run).toMatchObject({ state: 'finished', resumes: [{ iteration: 2 }] });
  },
);

const modelSource = `import * as tf from '@tensorflow/tfjs';

export default function createModel() {
  const model = tf.sequential();
  model.add(tf.layers.conv2d({ inputShape: [28, 28, 1], filters: 4, kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' }));
  model.add(tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }));
  model.add(tf.layers.dense({ units: 10, activation: 'softmax' }));
  return model;
}
`;

test("a person's model is inspected, its graph is kept with the run, and the run no longer needs the source", async () => {
  const client = await (await backendWithTrainer()).connect();
  const file = join(workspace, 'model.ts');
  writeFileSync(file, modelSource);
  const inspected = await client.request('inspect', { file });
  expect(inspected.problems).toEqual([]);
  expect(inspected.models.map(({ graph }) => graph.layers.find(({ kind }) => kind === 'conv2d')?.source?.line)).toEqual([5]);

  const configuration = runConfigurationSchema.parse({
    model: { kind: 'file', path: 'model.ts' },
    iterations: 4,
    batchSize: 8,
    threads: 1,
  });
  const { runId } = await client.request('runs/start', { configuration });
  writeFileSync(file, 'changed since');
  const finished = await untilState(client, runId, 'finished', 'failed');
  expect(finished.run).toMatchObject({ state: 'finished', title: 'model.ts · SMB' });
  expect(JSON.parse(readFileSync(join(finished.directory, 'graph.json'), 'utf8'))).toEqual(inspected.models[0]?.graph);
});

test('a model file with a problem is refused with its sentence and place, and no run is made', async () => {
  const client = await (await backendWithTrainer()).connect();
  const file = join(workspace, 'model.ts');
  writeFileSync(file, 'export default function createModel( {\n');
  const start = (exportName?: string) =>
    client.request('runs/start', { configuration: runConfigurationSchema.parse({ model: { kind: 'file', path: file, exportName } }) });
  await expect(start()).rejects.toThrow(file);
  writeFileSync(file, modelSource);
  await expect(start('another')).rejects.toThrow('has no model “another”; it has “default”.');
  expect(await client.request('runs/list', {})).toEqual([]);
});
