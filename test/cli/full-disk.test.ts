import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { RunStore } from '../../src/runs/run-store';
import { mountDisk } from '../platform/mounted-disk';
import { run, start, temporaryFolder } from './command-line';

/** Plain training without evaluations; a checkpoint of resnet20 takes 2.2 MB. */
const training = ['train', 'resnet20', '--batch', '4', '--threads', '1', '--evaluate-every', '1000000', '--checkpoint-every', '2'];
const checkpointFiles = ['model.json', 'trainer.bin', 'trainer.json', 'weights.bin'];

function onlyRun(directory: string) {
  const store = new RunStore(directory);
  const [id] = store.ids();
  return store.open(id!);
}

/** Lets every weights.bin behind the first fail as on a full disk, in the process that it is loaded into. */
const fullForWeights = `
  const files = require('node:fs/promises');
  const { open } = files;
  let written = 0;
  files.open = async (path, ...rest) => {
    const file = await open(path, ...rest);
    if (!String(path).endsWith('weights.bin') || written++ === 0) return file;
    file.writeFile = async () => { throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' }); };
    return file;
  };`;

interface SmallDisk {
  readonly directory: string;
  /** What commands are started with while it is small. */
  readonly environment: NodeJS.ProcessEnv;
  makeRoom(): void;
}

/** A folder on a disk that holds one checkpoint and no second: a real one where it can be mounted, else one whose writes fail. */
function smallDisk(): SmallDisk {
  const disk = mountDisk(3072);
  if (!disk) return failingDisk();
  onTestFinished(() => disk.unmount());
  return { directory: disk.directory, environment: {}, makeRoom: () => disk.grow(16_384) };
}

function failingDisk(): SmallDisk {
  const directory = temporaryFolder();
  const preload = join(directory, 'full-disk.cjs');
  writeFileSync(preload, fullForWeights);
  return { directory, environment: { NODE_OPTIONS: `--require ${preload}` }, makeRoom() {} };
}

it.each([
  ['that is really full, where one can be mounted', smallDisk],
  ['whose writes fail', failingDisk],
])('training goes on over checkpoints that find no room on a disk %s; the last whole one is resumed when there is', async (_, makeDisk) => {
  const { directory, environment, makeRoom } = makeDisk();
  const { code, error } = await run([...training, '--iterations', '7', '--json'], directory, environment);
  const folder = onlyRun(directory);
  const full = (place: string) => `The disk of the folder ${place} is full: free some space and try again.`;
  expect(error.trim().split('\n')).toEqual([
    `The checkpoint at iteration 4 could not be written: ${full(join(folder.directory, 'checkpoints'))} Training goes on.`,
    `A checkpoint is left; go on with: e2train train --resume ${folder.id}`,
    full(folder.directory),
  ]);
  expect(code).toBe(1);
  expect(folder.read()).toMatchObject({ state: 'failed', reason: full(folder.directory) });
  expect(readdirSync(join(folder.directory, 'checkpoints'))).toEqual(['iteration-00000002']);
  expect(readdirSync(join(folder.directory, 'checkpoints', 'iteration-00000002')).sort()).toEqual(checkpointFiles);
  expect(existsSync(join(folder.directory, 'model'))).toBe(false);
  expect(readdirSync(folder.directory).filter((name) => /part/.test(name))).toEqual([]);

  makeRoom();
  expect(await run(['train', '--resume', folder.id, '--json'], directory)).toMatchObject({ code: 0, error: '' });
  expect(folder.read()).toMatchObject({ state: 'finished', resumes: [{ iteration: 2 }] });
});

it('a record that finds no room ends the run with a sentence, and what was recorded before stays whole', async () => {
  const directory = temporaryFolder();
  const command = start([...training, '--iterations', '1000000', '--json'], directory);
  await command.untilIteration(3);
  command.process.kill('SIGINT');
  await command.ended;
  const { id, directory: runDirectory } = onlyRun(directory);
  const record = join(runDirectory, 'metrics.jsonl');
  const recorded = readFileSync(record);
  rmSync(record);
  // Every write to this device fails as on a full disk.
  symlinkSync('/dev/full', record);
  const { code, error } = await run(['train', '--resume', id], directory);
  expect({ code, sentence: error.split('\n').at(-2) }).toEqual({
    code: 1,
    sentence: `The disk of the folder ${runDirectory} is full: free some space and try again.`,
  });
  rmSync(record);
  writeFileSync(record, recorded);
  expect(onlyRun(directory).readRecords().length).toBeGreaterThan(3);
});
