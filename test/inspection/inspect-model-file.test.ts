import { describe, expect, it } from 'vitest';
import { inspectModelFile } from '../../src/inspection/inspect-model-file';
import type { InspectionResult } from '../../src/protocol/inspection';
import { inspectionResultSchema } from '../../src/protocol/inspection';
import { brokenFile, modelFile, sampleFile } from './fixtures';

async function inspect(file: string, more: { text?: string; inputShape?: number[] } = {}): Promise<InspectionResult> {
  return inspectionResultSchema.parse(await inspectModelFile({ file, ...more }));
}

/** `name line` of every model. */
const modelsOf = (result: InspectionResult) => result.models.map(({ exportName, source }) => `${exportName} ${source.line}`);

/** `kind file:line` of every layer, the file by its last part. */
function layersOf({ models, problems }: InspectionResult): string[] {
  expect(problems).toEqual([]);
  return models[0]!.graph.layers.map(({ kind, source }) => `${kind} ${source?.file.split(/[\\/]/).pop()}:${source?.line}`);
}

describe('a model is found', () => {
  it.each([
    ['factory.ts', ['default 6']],
    ['takes-tf.js', ['default 1']],
    ['commonjs.js', ['model 4']],
    ['unexported.mjs', ['model 3']],
    ['functional.ts', ['twoBranches 9']],
    ['sub-model.js', ['classifier 10']],
    ['recurrent.ts', ['createModel 3']],
    ['several.js', ['small 5', 'large 6', 'medium 8']],
    ['imports-helper.ts', ['model 5']],
  ])('in %s', async (name, models) => {
    const result = await inspect(modelFile(name));
    expect(result.problems).toEqual([]);
    expect(modelsOf(result)).toEqual(models);
  });
});

describe('a layer is charged to the line that made it', () => {
  it('in a loop, and at its own column where two share a line', async () => {
    const result = await inspect(modelFile('factory.ts'));
    expect(layersOf(result)).toEqual([
      'input factory.ts:9',
      'conv2d factory.ts:9',
      'conv2d factory.ts:9',
      'conv2d factory.ts:9',
      'flatten factory.ts:11',
      'dense factory.ts:11',
    ]);
    const columns = result.models[0]!.graph.layers.slice(-2).map(({ source }) => source!.column);
    expect(columns).toEqual([34, 55]);
  });

  it('in a helper of an imported file, which the result names as a dependency', async () => {
    const result = await inspect(modelFile('imports-helper.ts'));
    const block = ['conv2d block.ts:4', 'batchNormalization block.ts:5'];
    expect(layersOf(result)).toEqual(['input imports-helper.ts:6', ...block, ...block, ...block]);
    expect(result.dependencies.sort()).toEqual([modelFile('lib/block.ts'), modelFile('lib/sizes.json')]);
  });

  it('in a nested model', async () => {
    expect(layersOf(await inspect(modelFile('sub-model.js')))).toEqual([
      'input sub-model.js:5',
      'conv2d sub-model.js:5',
      'flatten sub-model.js:6',
      'dense sub-model.js:13',
    ]);
  });

  it('when its class is the person’s own, with its parameters and a note that its MACs are unknown', async () => {
    const result = await inspect(modelFile('custom-layer.ts'));
    expect(layersOf(result).at(-1)).toBe('other custom-layer.ts:19');
    expect(result.models[0]!.graph.layers.at(-1)).toMatchObject({ className: 'Scale', parameters: 7, macsPerSample: 0, outputShape: [7] });
    expect(result.models[0]!.graph.layers.at(-1)!.note).toContain('not known');
  });

  it('in a helper of the sample project’s network, all nine times', async () => {
    const result = await inspect(sampleFile('resnet.ts'));
    const convolutions = layersOf(result).filter((layer) => layer.startsWith('conv2d'));
    expect(convolutions).toEqual(new Array<string>(9).fill('conv2d resnet.ts:37'));
  });
});

describe('the input shape', () => {
  it('comes from the directive comment', async () => {
    const { models } = await inspect(modelFile('directive.js'));
    expect(models[0]!.graph.layers.map(({ outputShape }) => outputShape)).toEqual([[32, 32, 3], [30, 30, 4], [3600], [10]]);
  });

  it('comes from the question where the file does not say it', async () => {
    const { models, problems } = await inspect(modelFile('no-input-shape.js'), { inputShape: [8, 8, 1] });
    expect(problems).toEqual([]);
    expect(models[0]!.graph.layers[0]!.outputShape).toEqual([8, 8, 1]);
  });

  it('fills open sizes of an input', async () => {
    const { models, problems } = await inspect(modelFile('open-input.ts'), { inputShape: [8, 8, 3] });
    expect(problems).toEqual([]);
    expect(models[0]!.graph.layers.map(({ outputShape }) => outputShape)).toEqual([[8, 8, 3], [6, 6, 4], [144], [2]]);
  });

  it.each(['no-input-shape.js', 'open-input.ts'])('is asked for when nothing gives it (%s)', async (name) => {
    const { models, problems } = await inspect(modelFile(name));
    expect(models).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'input-shape-needed', source: { file: modelFile(name) } });
    expect(problems[0]!.message).toMatch(/inputShape.*e2train: input 32x32x3/);
  });
});

describe('a file without a model gets one sentence', () => {
  it.each([
    ['syntax-error.ts', 'syntax-error', 3, 'Syntax error: unexpected token.'],
    ['throws.js', 'threw', 4, 'The file throws Error: Expected units to be a positive integer, but got -1.'],
    ['unknown-layer.ts', 'unknown-layer', 4, 'tf.layers has no layer “conv2D”: did you mean “conv2d”?'],
    ['missing-import.ts', 'module-not-found', 1, 'The module “./missing” was not found: check the path.'],
    ['exits.js', 'threw', 1, 'The file calls process.exit(3) while it is loaded: keep that out of a model file.'],
    [
      'returns-number.ts',
      'no-model',
      1,
      'The default export gives a number, not a model: return what tf.sequential() or tf.model() makes.',
    ],
    [
      'needs-arguments.js',
      'no-model',
      1,
      'The default export needs arguments (classes): give its parameters default values, so that its model can be shown.',
    ],
  ])('%s', async (name, code, line, message) => {
    const { models, problems } = await inspect(brokenFile(name));
    expect(models).toEqual([]);
    expect(problems.map((problem) => [problem.code, problem.source?.line, problem.message])).toEqual([[code, line, message]]);
  });

  it('that exports nothing of the kind', async () => {
    const { problems } = await inspect(brokenFile('no-model.js'));
    expect(problems).toMatchObject([{ code: 'no-model' }]);
  });

  it('that is not there', async () => {
    const { problems } = await inspect(modelFile('gone.ts'));
    expect(problems).toMatchObject([{ code: 'module-not-found', message: expect.stringContaining('cannot be read') }]);
  });

  it('that is a folder', async () => {
    const { problems } = await inspect(modelFile(''));
    expect(problems).toMatchObject([{ message: expect.stringContaining('is a folder: name the model file in it.') }]);
  });
});

it('reads the editor’s text where it differs from the disk', async () => {
  const text =
    "import * as tf from '@tensorflow/tfjs';\n\n\nexport const other = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });\n";
  expect(modelsOf(await inspect(modelFile('factory.ts'), { text }))).toEqual(['other 4']);
});

it('shows a model that was built before the file threw, and the problem', async () => {
  const text = `const tf = require('@tensorflow/tfjs');
const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [1] })] });
require('node:fs').writeFileSync('/nowhere/at-all', 'x');
`;
  const result = await inspect(modelFile('script.js'), { text });
  expect(modelsOf(result)).toEqual(['model 2']);
  expect(result.problems).toMatchObject([{ code: 'threw', source: { line: 3 }, message: expect.stringContaining('fs.writeFileSync()') }]);
});

it('finds nothing of one inspection in the next', async () => {
  await inspect(modelFile('side-effects.js'));
  const { models } = await inspect(modelFile('commonjs.js'));
  expect(models[0]!.graph.name).toBe('sequential_Sequential1');
});

it('makes tensors of any size without their memory', async () => {
  const before = process.memoryUsage().arrayBuffers;
  const result = await inspect(modelFile('side-effects.js'));
  expect(result.problems).toEqual([]);
  expect(result.models[0]!.graph.layers[0]!.outputShape).toEqual([60000]);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6);
});
