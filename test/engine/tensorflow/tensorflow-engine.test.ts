import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEngine } from '../../../src/engine/create-engine';
import type { Engine } from '../../../src/engine/engine';
import { findTensorFlow } from '../../../src/engine/tensorflow/tensorflow-library';
import { operationProgram } from '../operation-program';

const values = (...shape: number[]) => ({ shape, perSample: true, type: 'float32' as const });
const doubling = (batchSize: number, ...shape: number[]) =>
  operationProgram({ kind: 'add', a: 'x', b: 'x', y: 'y' }, { x: values(...shape), y: values(...shape) }, batchSize);

describe('The TensorFlow engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine('tensorflow', 2);
  });
  afterAll(() => engine?.dispose());

  test('says what it computes with', () => {
    const { name, build, simd, threads, note } = engine.description;
    expect({ name, threads, note }).toEqual({ name: 'tensorflow', threads: 2, note: undefined });
    expect(build).toMatch(/^tfjs-node 4\.22\.0, TensorFlow 2\.\d+\.\d+$/);
    expect(simd).not.toBe('');
  });

  test('says that a loaded TensorFlow keeps its threads', async () => {
    const other = await createEngine('tensorflow', 1);
    expect(other.description.threads).toBe(2);
    expect(other.description.note).toBe(
      'TensorFlow keeps the 2 threads that it was loaded with in this process; another number was asked for: 1.',
    );
    await other.dispose();
  });

  test('works on the first samples of a batch and keeps what the others hold', async () => {
    const { program, ids } = doubling(3, 2);
    const executable = await engine.compile(program);
    executable.write(ids.get('x')!, Float32Array.of(1, 2, 3, 4, 5, 6));
    executable.write(ids.get('y')!, Float32Array.of(10, 10, 10, 10, 10, 10));
    executable.write(ids.get('x')!, Float32Array.of(7));
    executable.run('only', 2);
    expect(Array.from(executable.read(ids.get('y')!))).toEqual([14, 4, 6, 8, 10, 10]);
    expect(Array.from(executable.read(ids.get('y')!, 1))).toEqual([14, 4]);
    executable.dispose();
  });

  test('gives the gradient of a maximum that occurs twice to the first', async () => {
    const square = { inputHeight: 2, inputWidth: 2, outputHeight: 1, outputWidth: 1, kernelHeight: 2, kernelWidth: 2 };
    const window = { ...square, strideHeight: 2, strideWidth: 2, dilationHeight: 1, dilationWidth: 1, padTop: 0, padLeft: 0 };
    const tensors = { x: values(2, 2, 1), y: values(1, 1, 1), dy: values(1, 1, 1), dx: values(2, 2, 1) };
    const { program, ids } = operationProgram({ kind: 'maxPooling2dGradient', x: 'x', y: 'y', dy: 'dy', dx: 'dx', window }, tensors, 2);
    const executable = await engine.compile(program);
    executable.write(ids.get('x')!, Float32Array.of(0, 5, 5, 5, 0, 0, 0, 0));
    executable.write(ids.get('y')!, Float32Array.of(5, 0));
    executable.write(ids.get('dy')!, Float32Array.of(3, 4));
    executable.run('only', 2);
    expect(Array.from(executable.read(ids.get('dx')!))).toEqual([0, 3, 0, 0, 4, 0, 0, 0]);
    executable.dispose();
  });

  test('refuses a batch that needs more memory than there is, and names the one that fits', async () => {
    const { program } = doubling(1000, 1_000_000_000);
    await expect(engine.compile(program)).rejects.toThrow(
      /^A batch of 1000 needs 8000\.00 GB of memory, and the tensorflow engine has \d+\.\d\d GB: (a batch of \d+ fits|not even a batch of 1 fits)\.$/,
    );
  });

  test('refuses what would reach no tensor or no sample', async () => {
    const { program, ids } = doubling(3, 2);
    const executable = await engine.compile(program);
    expect(() => executable.write(ids.get('x')!, new Float32Array(7))).toThrow('Tensor “x” holds 6 values, not 7.');
    expect(() => executable.write(ids.get('x')!, new Int32Array(6))).toThrow('Tensor “x” holds float32 values.');
    expect(() => executable.run('only', 4)).toThrow('The program takes 1 to 3 samples, not 4.');
    expect(() => executable.run('train', 1)).toThrow('The program has no section “train”; it has only.');
    executable.dispose();
    expect(() => executable.run('only', 1)).toThrow('This program was disposed of.');
  });

  test.each([-1, 1.5, 65])('does not take %d threads', async (threads) => {
    await expect(createEngine('tensorflow', threads)).rejects.toThrow('An engine has 1 to 64 threads');
  });
});

describe('Where TensorFlow does not work, one sentence says so', () => {
  test('on a Node that the package does not know', () => {
    expect(() => findTensorFlow('23.1.0')).toThrow(
      'The engine “tensorflow” does not work on Node 23.1.0, since @tensorflow/tfjs-node 4.22 needs an older one (20 or 22): choose the engine “native” or “wasm”.',
    );
  });

  test('without the package, as in the packaged extension', () => {
    expect(() => findTensorFlow('20.20.0', null)).toThrow(
      'The engine “tensorflow” needs @tensorflow/tfjs-node, which is not installed here (the packaged extension comes without it): choose the engine “native” or “wasm”; in a clone of E2-Train “npm run engine:tensorflow” sets it up for the command line.',
    );
  });

  test('before the binding is built', () => {
    const folder = mkdtempSync(join(tmpdir(), 'e2-train-tensorflow-'));
    try {
      expect(() => findTensorFlow('20.20.0', folder)).toThrow(
        'The engine “tensorflow” is not set up: run “npm run engine:tensorflow”, or choose the engine “native” or “wasm”.',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
