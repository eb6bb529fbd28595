import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import type { RunFile } from '../../src/protocol/runs';
import { OwnProfiles } from '../../src/runs/own-profiles';
import { RunStore } from '../../src/runs/run-store';
import { profileOfRun } from '../../src/runs/stored-profile';
import { type Ending, recordsOf, run, sampleModel, start, temporaryFolder } from './command-line';

/** Small batches of the built-in images; one evaluation, at the end. */
const small = ['train', 'resnet8', '--batch', '8', '--threads', '1', '--evaluate-every', '1000000', '--smd', '0.5', '--smd-stretch', '1'];

const onlyRun = (directory: string): RunFile => {
  const runs = new RunStore(directory).list();
  expect(runs).toHaveLength(1);
  return runs[0]!;
};
const weights = (directory: string) => readFileSync(join(new RunStore(directory).directory, onlyRun(directory).id, 'model', 'weights.bin'));

/** Weights of the run that nothing interrupted; the same for all tests here. */
let uninterrupted: Promise<Buffer> | undefined;
const iterations = 40;
const whole = [...small, '--iterations', String(iterations), '--checkpoint-every', '7', '--json'];
function uninterruptedWeights(): Promise<Buffer> {
  uninterrupted ??= (async () => {
    const directory = temporaryFolder();
    expect(await run(whole, directory)).toMatchObject({ code: 0, error: '' });
    return weights(directory);
  })();
  return uninterrupted;
}

describe('e2train train', () => {
  it('shows progress, then energy by layer and phase, what was saved, the accuracy and the folder', async () => {
    const directory = temporaryFolder();
    const { code, output, error } = await run([...small, '--iterations', '6'], directory);
    expect(code).toBe(0);
    const lines = error.trim().split('\n');
    expect(lines[0]).toMatch(/^[█░]{20} 1\/6 · loss (\d\.\d{3}|–) · batch accuracy .* J · /);
    expect(lines.at(-1)).toMatch(/^█{20} 6\/6 · loss \d\.\d{3} · test accuracy \d+(\.\d)? % · ~\S+ m?J of ~\S+ m?J · \S+ m?s$/);
    const { id, environment, data } = onlyRun(directory);
    expect(output).toMatch(/^layer +forward +input gradient +weight gradient +update +total +share\n/);
    expect(output).toMatch(/^all layers .* 100 %$/m);
    expect(output).toMatch(/^Saved +\d+(\.\d)? %$/m);
    expect(output).toMatch(/^Iterations +\d computed, \d dropped$/m);
    expect(output).toMatch(/^Test accuracy +\S+ % of 1000 images \(measured\)$/m);
    expect(output).toContain(`Engine                        local, ${environment?.build}, ${environment?.simd}, 1 thread\n`);
    expect(output).toContain(`Run folder                    ${join(directory, '.e2train', 'runs', id)}`);
    expect(environment).toMatchObject({ engine: 'local', threads: 1, node: process.version });
    expect(data?.name).toBe('Fashion-MNIST sample');
  });

  it('trains a model file, and keeps its network in the run’s folder', async () => {
    const directory = temporaryFolder();
    const { code, error } = await run(['train', sampleModel('sample/simple.js'), '--iterations', '2', '--batch', '4'], directory);
    expect({ code, error }).toMatchObject({ code: 0 });
    expect(onlyRun(directory)).toMatchObject({ state: 'finished', title: 'simple.js · SMB' });
  });

  it('accounts by a profile of the folder or of a file', async () => {
    const directory = temporaryFolder();
    const file = new OwnProfiles(directory).add({ ...findDeviceProfile('asic-45nm'), name: 'mine' });
    const { code, output, error } = await run([...small, '--iterations', '2', '--profile', 'mine'], directory);
    expect({ code, error }).toMatchObject({ code: 0 });
    expect(output).toContain('Energies are estimated for the device profile mine;');
    expect(profileOfRun(new RunStore(directory).open(onlyRun(directory).id)).name).toBe('mine');
    const elsewhere = temporaryFolder();
    expect(await run([...small, '--iterations', '2', '--profile', file], elsewhere)).toMatchObject({ code: 0 });
    expect(onlyRun(elsewhere).configuration.deviceProfile).toBe('mine');
  });

  it('gives every record as a line of JSON', async () => {
    const { code, output, error } = await run([...small, '--iterations', '4', '--json'], temporaryFolder());
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const records = recordsOf(output);
    expect(records.filter(({ type }) => type === 'iteration').map(({ iteration }) => iteration)).toEqual([1, 2, 3, 4]);
    expect(records.flatMap((record) => (record.type === 'state' ? [record.state] : []))).toEqual(['preparing', 'training', 'finished']);
  });
});

describe('a run that was interrupted', () => {
  const resumed = (directory: string) => run(['train', '--resume', onlyRun(directory).id, '--json'], directory);

  it('by Ctrl-C leaves a checkpoint, says how to go on, and then has the uninterrupted run’s weights bit for bit', async () => {
    const directory = temporaryFolder();
    const command = start(whole, directory);
    await command.untilIteration(11);
    command.process.kill('SIGINT');
    const { code, error } = await command.ended;
    const { id, state } = onlyRun(directory);
    expect({ code, error, state }).toEqual({
      code: 0,
      error: `Stopped with a checkpoint; go on with: e2train train --resume ${id}\n`,
      state: 'stopped',
    });
    expect((await resumed(directory)).code).toBe(0);
    const { resumes, owner } = onlyRun(directory);
    expect({ resumes, owner }).toMatchObject({ resumes: [{ iteration: expect.any(Number) }], owner: undefined });
    expect(weights(directory).equals(await uninterruptedWeights())).toBe(true);
  });

  it('by a reader that closes the output, as head does, leaves a checkpoint and no stack trace', async () => {
    const directory = temporaryFolder();
    const command = start([...small, '--iterations', '1000000', '--json'], directory);
    await command.untilIteration(2);
    command.process.stdout!.destroy();
    const { code, error } = await command.ended;
    const { id, state } = onlyRun(directory);
    expect({ code, error, state }).toEqual({
      code: 0,
      error: `Stopped with a checkpoint; go on with: e2train train --resume ${id}\n`,
      state: 'stopped',
    });
  });

  it('by SIGKILL at any moment goes on from its last checkpoint to the same weights', async () => {
    const directory = temporaryFolder();
    const iteration = 8 + Math.floor(Math.random() * 24);
    const pauseMs = Math.random() * 20;
    const moment = `killed ${pauseMs} ms after iteration ${iteration}`;
    const command = start(whole, directory);
    await command.untilIteration(iteration);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    command.process.kill('SIGKILL');
    expect((await command.ended).signal, moment).toBe('SIGKILL');
    expect(onlyRun(directory), moment).toMatchObject({ state: 'interrupted' });
    const { code, error } = await resumed(directory);
    expect({ code, error }, moment).toEqual({ code: 0, error: '' });
    expect(weights(directory).equals(await uninterruptedWeights()), moment).toBe(true);
  });
});

describe('what cannot be resumed', () => {
  const refusal = (ending: Ending) => {
    expect(ending).toMatchObject({ code: 1, output: '' });
    return ending.error;
  };

  it('is a run that another process trains: the sentence names it, and that process goes on', async () => {
    const directory = temporaryFolder();
    const command = start([...small, '--iterations', '1000000', '--json'], directory);
    await command.untilIteration(2);
    const { id } = onlyRun(directory);
    expect(refusal(await run(['train', '--resume', id], directory))).toMatch(
      new RegExp(`^The run “resnet8 · SMD 0.5” is in the hands of process ${command.process.pid} on \\S+: stop it there first\\.\n$`),
    );
    expect(onlyRun(directory)).toMatchObject({ state: 'training', owner: { pid: command.process.pid }, resumes: [] });
    command.process.kill('SIGTERM');
    expect((await command.ended).code).toBe(0);
  });

  it('is a finished run, one that is not there, or one beside other settings', async () => {
    const directory = temporaryFolder();
    await run([...small, '--iterations', '1'], directory);
    const { id } = onlyRun(directory);
    const resume = async (...words: string[]) => refusal(await run(['train', ...words], directory));
    expect(await resume('--resume', id)).toBe('The run “resnet8 · SMD 0.5” cannot be resumed: it is finished.\n');
    expect(await resume('--resume', 'nope')).toBe(`There is no run “nope” in ${directory}: “e2train runs list” shows those that are.\n`);
    expect(await resume('--resume', '')).toMatch(/^There is no run “” in /);
    expect(await resume('resnet8', '--resume', id, '--batch', '4')).toBe(
      'A resumed run goes on with its own model and settings: leave out “resnet8”, --batch, or leave out --resume.\n',
    );
  });
});
