import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/datasets/load-dataset';
import { normalizationTable, normalizeInto } from '../../src/datasets/normalize';
import { createLocalEngine } from '../../src/engine/local/local-engine';
import { RunFolder } from '../../src/runs/run-folder';
import { readGraph } from '../../src/runs/stored-graph';
import { readModel } from '../../src/training/layers-model';
import { initialPythonWeights } from '../../src/training/python-model';
import { Trainer } from '../../src/training/trainer';
import { start } from '../cli/command-line';
import { relativeError } from '../engine/relative-error';
import { python, pythonFile, runPython } from './python-files';

/** Logits of the images that a raw file holds [count, 28, 28, 1], by the framework itself with the trained weights. */
const torchLogits = `
import json, sys, numpy, torch
from safetensors.torch import load_file
from resnet import model
model.load_state_dict(load_file(sys.argv[1]))
images = torch.from_numpy(numpy.fromfile(sys.argv[2], dtype="<f4").reshape(-1, 28, 28, 1)).permute(0, 3, 1, 2)
with torch.no_grad():
    print(json.dumps(model.eval()(images).tolist()))
`;
const kerasProbabilities = `
import json, sys, numpy, keras
from safetensors.numpy import load_file
from functional import model
weights = load_file(sys.argv[1])
for variable in model.variables:
    if variable.path in weights:
        variable.assign(weights[variable.path])
images = numpy.fromfile(sys.argv[2], dtype="<f4").reshape(-1, 28, 28, 1)
print(json.dumps(numpy.log(model.predict(images, batch_size=100, verbose=0)).tolist()))
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'e2-train-python-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function trained(file: string, iterations: number): Promise<RunFolder> {
  const words = ['train', pythonFile(file), '--python', python, '--iterations', String(iterations), '--batch', '32'];
  const options = ['--evaluate-every', String(iterations), '--learning-rate', '0.02', '--threads', '1'];
  const { code, error } = await start([...words, ...options], directory).ended;
  expect(error).not.toMatch(/cannot|not found/);
  expect(code).toBe(0);
  const runs = join(directory, '.e2train', 'runs');
  return new RunFolder(join(runs, readdirSync(runs).sort().at(-1)!));
}

/** The first test images of the built-in data, as the network sees them. */
async function testImages(count: number) {
  const dataset = await loadDataset({ kind: 'builtin' });
  const values = new Float32Array(count * 784);
  normalizeInto(dataset.test.pixels.subarray(0, values.length), normalizationTable(dataset), values);
  return { values, labels: Array.from(dataset.test.labels.subarray(0, count)) };
}

/** Log-probabilities by our engine with the weights given. */
async function ours(run: RunFolder, weights: ReadonlyMap<string, Float32Array>, images: Float32Array, count: number): Promise<number[][]> {
  const engine = await createLocalEngine({ build: 'native', threads: 1 });
  const trainer = await Trainer.create(readGraph(run), engine, { batchSize: count, momentum: 0, weightDecay: 0 });
  trainer.writeWeights(weights);
  const probabilities = trainer.predict(images, count);
  trainer.dispose();
  await engine.dispose();
  return Array.from({ length: count }, (_, image) => [...probabilities.subarray(image * 10, image * 10 + 10)].map(Math.log));
}

function logSoftmax(row: readonly number[]): number[] {
  const highest = Math.max(...row);
  const logarithm = highest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - highest), 0));
  return row.map((value) => value - logarithm);
}

const accuracy = (rows: number[][], labels: number[]) =>
  rows.filter((row, image) => row.indexOf(Math.max(...row)) === labels[image]).length / labels.length;

describe('a model that was trained here and given back', () => {
  it.each([
    ['resnet.py', torchLogits],
    ['functional.py', kerasProbabilities],
  ])(
    'gives by its own framework the accuracy and the logits that our engine gives (%s)',
    async (file, program) => {
      const run = await trained(file, 60);
      const { values, labels } = await testImages(500);
      const raw = join(directory, 'images.f32');
      writeFileSync(raw, new Uint8Array(values.buffer));

      const theirs = runPython<number[][]>(program, join(run.directory, 'model', 'model.safetensors'), raw).map(logSoftmax);
      const { weights } = await readModel(join(run.directory, 'model'));
      const here = await ours(run, weights, values, labels.length);
      expect(relativeError(here.flat(), theirs.flat())).toBeLessThan(1e-4);
      expect(accuracy(here, labels)).toBe(accuracy(theirs, labels));
      // Ten classes: it has learnt something, so the agreement means something.
      expect(accuracy(here, labels)).toBeGreaterThan(0.3);
    },
    240_000,
  );

  it('began with its own weights: untrained, both give the same', async () => {
    const run = await trained('resnet.py', 1);
    const { values, labels } = await testImages(50);
    const raw = join(directory, 'few.f32');
    writeFileSync(raw, new Uint8Array(values.buffer));
    const theirs = runPython<number[][]>(torchLogits, join(run.directory, 'initial.safetensors'), raw).map(logSoftmax);
    const here = await ours(run, (await initialPythonWeights(run))!, values, labels.length);
    expect(relativeError(here.flat(), theirs.flat())).toBeLessThan(1e-4);
  });
});

it('says which line keeps a model from training', async () => {
  const { code, error } = await start(['train', pythonFile('by_values.py'), '--python', python], directory).ended;
  expect(code).toBe(1);
  expect(error).toMatch(/by_values\.py: Line 14 decides by the values of a tensor/);
});
