import { readFileSync } from 'node:fs';
import { transform } from 'sucrase';
import '@tensorflow/tfjs-backend-cpu';
import * as core from '@tensorflow/tfjs-core';
import * as layersLibrary from '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Inspector } from '../../src/inspection/inspector';
import { countParameters } from '../../src/network/parameters';
import { modelFile, sampleFile } from './fixtures';

/**
 * Shapes and parameters against TensorFlow.js 4.22 itself: the same file run here by the real library with real weights (CPU backend).
 * The inspector works in its own process, so this library is the one from npm, untouched. Whole numbers: no tolerance.
 */

let inspector: Inspector;
beforeAll(() => {
  inspector = new Inspector();
});
afterAll(() => inspector.dispose());

function runForReal(file: string): Record<string, unknown> {
  const { code } = transform(readFileSync(file, 'utf8'), { transforms: ['typescript', 'imports'] });
  const module = { exports: {} as Record<string, unknown> };
  const require = (name: string) =>
    name.startsWith('@tensorflow/') ? { ...core, ...layersLibrary } : runForReal(new URL(`${name}.ts`, `file://${file}`).pathname);
  new Function('exports', 'require', 'module', code)(module.exports, require, module);
  return module.exports;
}

it.each([
  [sampleFile('resnet.ts'), 'default'],
  [sampleFile('simple.js'), 'model'],
  [modelFile('factory.ts'), 'default'],
  [modelFile('functional.ts'), 'twoBranches'],
  [modelFile('sub-model.js'), 'classifier'],
  [modelFile('recurrent.ts'), 'createModel'],
  [modelFile('custom-layer.ts'), 'createModel'],
  [modelFile('resnet110.js'), 'resnet'],
])('%s has the shapes and parameters that TensorFlow.js gives it', async (file, exportName) => {
  const made = runForReal(file)[exportName] as layersLibrary.LayersModel | (() => layersLibrary.LayersModel);
  const real = typeof made === 'function' ? made() : made;
  const { models, problems } = await inspector.inspect({ file });
  expect(problems).toEqual([]);
  const graph = models.find((model) => model.exportName === exportName)!.graph;
  expect(countParameters(graph)).toBe(real.countParams());
  const output = graph.layers.find(({ name }) => name === graph.outputs[0])!;
  expect(output.outputShape).toEqual(real.outputs[0]!.shape.slice(1));
  const flat = (model: layersLibrary.LayersModel): layersLibrary.layers.Layer[] =>
    model.layers.flatMap((layer) => (layer instanceof layersLibrary.LayersModel ? flat(layer) : [layer]));
  const shapesOfMany = (kind: string, className: string) => {
    const ours = graph.layers.filter((layer) => layer.kind === kind).map(({ outputShape }) => outputShape.join('x'));
    const theirs = flat(real)
      .filter((layer) => layer.getClassName() === className)
      .map((layer) => (layer.outputShape as number[]).slice(1).join('x'));
    expect(ours.sort()).toEqual(theirs.sort());
  };
  shapesOfMany('conv2d', 'Conv2D');
  shapesOfMany('dense', 'Dense');
  shapesOfMany('batchNormalization', 'BatchNormalization');
});
