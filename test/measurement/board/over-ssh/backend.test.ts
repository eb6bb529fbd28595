import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { measuringSchema } from '../../../../src/protocol/measuring';
import type { NotificationParameters } from '../../../../src/protocol/messages';
import { startBackend } from '../../../backend/backend-process';
import { temporaryFolder } from '../../../cli/command-line';
import { FakeBoard } from '../fake-board';
import { SshServer } from '../ssh-server';

it('measures for an editor: start, progress, one session at a time, cancel, list', async () => {
  const server = await SshServer.start();
  const fake = new FakeBoard();
  process.env.E2TRAIN_SSH_CONFIG = server.clientConfiguration;
  onTestFinished(async () => {
    delete process.env.E2TRAIN_SSH_CONFIG;
    fake.close();
    await server.close();
  });
  const workspace = temporaryFolder();
  mkdirSync(join(workspace, '.e2train'));
  const board = { address: server.host, root: fake.root, workload: fake.workload };
  writeFileSync(join(workspace, '.e2train', 'boards.json'), JSON.stringify({ ultra96: board }));
  const backend = await startBackend({ workspace, trainer: 'real' });
  onTestFinished(() => void backend.process.disconnect());
  const client = await backend.connect();
  const ended = () => new Promise<NotificationParameters<'measurements/ended'>>((resolve) => client.on('measurements/ended', resolve));
  const progress: string[] = [];
  client.on('measurements/progress', ({ text }) => progress.push(text));
  client.on('measurements/row', ({ row }) => progress.push(`${row.layer} ${row.kind}`));
  expect(await client.request('boards/list', {})).toEqual([{ name: 'ultra96', address: server.host, workload: fake.workload }]);

  const measuring = measuringSchema.parse({
    model: { kind: 'builtin', name: 'resnet8' },
    board: 'ultra96',
    layers: ['conv1'],
    repeats: 1,
    idleSeconds: 1,
  });
  const first = ended();
  const { sessionId } = await client.request('measurements/start', { measuring });
  await expect(client.request('measurements/start', { measuring })).rejects.toThrow('A measurement is running already');
  const ending = await first;
  expect(ending).toMatchObject({ sessionId, state: 'complete' });
  expect(progress).toEqual(['Connecting to ultra96', 'conv1 forward fp32', 'conv1 measured']);
  const [file] = await client.request('measurements/list', {});
  expect(file).toMatchObject({ id: ending.measurementId, rows: [{ kind: 'measured', layer: 'conv1' }] });
  await expect(client.request('measurements/cancel', { sessionId })).rejects.toThrow('is not running any more');

  const second = ended();
  const again = await client.request('measurements/start', { measuring: { ...measuring, repeats: 50 } });
  fake.onLoad = () => void client.request('measurements/cancel', { sessionId: again.sessionId });
  expect(await second).toMatchObject({ sessionId: again.sessionId, state: 'partial', reason: 'Cancelled after 0 of 1.' });

  const third = ended();
  await client.request('measurements/start', { measuring: { ...measuring, layers: ['conv99'] } });
  expect(await third).toMatchObject({ state: 'failed', reason: expect.stringContaining('has no layer “conv99”') });
});
