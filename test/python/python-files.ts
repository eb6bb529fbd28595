import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { vi } from 'vitest';
import { Inspector } from '../../src/inspection/inspector';
import { pythonWithModelLibraries } from '../../src/scripts/peers/pytorch';

// Every process of Python loads PyTorch anew, which takes seconds, and tens of them on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

export const python = pythonWithModelLibraries();

export const pythonFile = (name: string): string => join(__dirname, '..', 'workspaces', 'python', name);

/** An inspector that is patient, since these tests share a machine with others; its default memory is a person's. */
export const patientInspector = (): Inspector => new Inspector({ timeoutMs: 60_000 });

/** What a Python program prints as JSON; it runs in the folder of the test workspace and finds the models there. */
export function runPython<T>(program: string, ...words: string[]): T {
  const { status, stdout, stderr } = spawnSync(python, ['-B', '-c', program, ...words], {
    cwd: pythonFile('.'),
    encoding: 'utf8',
    env: { ...process.env, KERAS_BACKEND: 'torch' },
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}
