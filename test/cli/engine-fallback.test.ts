import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RunStore } from '../../src/runs/run-store';
import { copyDistribution, type DistributionCopy, negateProducts } from '../engine/distribution-copy';
import { run, temporaryFolder } from './command-line';

const platform = `${process.platform}-${process.arch}`;
const words = ['train', 'resnet8', '--batch', '8', '--threads', '1', '--iterations', '2', '--evaluate-every', '1000000'];

function installationWith(damage: (library: string) => void): DistributionCopy {
  const installation = copyDistribution();
  damage(installation.nativeLibrary);
  return installation;
}

const withoutLibrary = (library: string) => rmSync(library);

async function trainWith({ folder }: DistributionCopy, ...more: string[]) {
  const directory = temporaryFolder();
  const ending = await run([...words, ...more], directory, {}, join(folder, 'cli.js'));
  return { ...ending, runs: new RunStore(directory).list() };
}

describe('where the native kernels cannot be used, auto trains on WebAssembly, and output and record say why', () => {
  const reasons: [string, (library: string) => void, RegExp][] = [
    ['they are missing', withoutLibrary, new RegExp(`^The native kernels cannot be used: this installation has none for ${platform}\\.$`)],
  ];
  // The bytes that the damage looks for are x64's.
  if (process.arch === 'x64')
    reasons.push([
      'they compute something else',
      negateProducts,
      /^The native kernels cannot be used: its self-check gave wrong values for y.* on this machine\.$/,
    ]);

  it.each(reasons)('%s', async (_, damage, reason) => {
    const { code, output, error, runs } = await trainWith(installationWith(damage));
    expect(code, error).toBe(0);
    expect(runs).toMatchObject([
      { state: 'finished', environment: { engine: 'local', build: expect.stringMatching(/^wasm /), simd: 'SIMD128', threads: 1 } },
    ]);
    const { engineNote, build } = runs[0]!.environment!;
    expect(engineNote).toMatch(reason);
    expect(error).toContain(`${engineNote} This run computes on ${build}.\n`);
    expect(output).toContain(`local, ${build}, SIMD128, 1 thread. ${engineNote}\n`);
  });
});

it('asked for by name, missing native kernels are an error in one sentence, and no run is made', async () => {
  const { code, output, error, runs } = await trainWith(installationWith(withoutLibrary), '--engine', 'native');
  expect({ code, output, error, runs }).toEqual({
    code: 1,
    output: '',
    error: `The native kernels cannot be used: this installation has none for ${platform}.\n`,
    runs: [],
  });
});
