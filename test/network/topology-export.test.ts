import '@tensorflow/tfjs-backend-cpu';
import { io, type Tensor, tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { buildBuiltinNetwork } from '../../src/network/builtin-networks';
import { elementsOf } from '../../src/network/graph-queries';
import { networkMacs } from '../../src/network/macs';
import { countParameters } from '../../src/network/parameters';
import { buildResNet } from '../../src/network/resnet';
import { exportTopology } from '../../src/network/topology-export';
import { importTopology } from '../../src/network/topology-import';
import { validateGraph } from '../../src/network/validate-graph';
import type { LayerGraph } from '../../src/protocol/layer-graph';

/** Values that differ from tensor to tensor and element to element, so that a swapped weight shows; variances stay positive. */
function valuesFor(weights: ReturnType<typeof exportTopology>['weights']): Float32Array {
  const values: number[] = [];
  weights.forEach((weight, index) => {
    for (let element = 0; element < elementsOf(weight.shape); element++) {
      const value = Math.sin(1 + 7 * index + element);
      values.push(weight.role === 'movingVariance' ? 1 + 0.5 * value : 0.2 * value);
    }
  });
  return Float32Array.from(values);
}

async function load(graph: LayerGraph): Promise<{ model: tf.LayersModel; values: Float32Array }> {
  const { modelTopology, weights } = exportTopology(graph);
  const values = valuesFor(weights);
  const weightSpecs = weights.map(({ name, shape }) => ({ name, shape: [...shape], dtype: 'float32' as const }));
  const handler = io.fromMemory({ modelTopology, weightSpecs, weightData: values.buffer as ArrayBuffer });
  return { model: await tf.loadLayersModel(handler), values };
}

function expectSameNetwork(again: LayerGraph, graph: LayerGraph): void {
  expect(validateGraph(again)).toEqual([]);
  expect(networkMacs(again)).toEqual(networkMacs(graph));
  expect(countParameters(again)).toBe(countParameters(graph));
  const shapes = new Map(again.layers.map((layer) => [layer.name, layer.outputShape]));
  for (const layer of graph.layers) expect([layer.name, shapes.get(layer.name)]).toEqual([layer.name, layer.outputShape]);
}

describe('an exported topology', () => {
  it.each(['resnet8', 'resnet20', 'mobilenetv2'] as const)('of %s opens in TensorFlow.js with every weight in its place', async (name) => {
    const graph = buildBuiltinNetwork(name, [16, 16, 3], 10);
    const { model, values } = await load(graph);
    expect(model.countParams()).toBe(countParameters(graph));
    let offset = 0;
    for (const { name, shape } of exportTopology(graph).weights) {
      const [layer, weight] = [name.slice(0, name.lastIndexOf('/')), name.slice(name.lastIndexOf('/') + 1)];
      const loaded = model.getLayer(layer).weights.find((variable) => variable.originalName.endsWith(`/${weight}`))!;
      expect([name, loaded.shape]).toEqual([name, shape]);
      expect(Array.from((loaded.read() as Tensor).dataSync())).toEqual(Array.from(values.subarray(offset, offset + elementsOf(shape))));
      offset += elementsOf(shape);
    }
    expect(offset).toBe(values.length);
    for (const layer of graph.layers) expect((model.getLayer(layer.name).outputShape as number[]).slice(1)).toEqual(layer.outputShape);
  });

  it('computes: probabilities of the loaded ResNet-8 sum to one', async () => {
    const { model } = await load(buildResNet({ depth: 8, inputShape: [8, 8, 1], classes: 4 }));
    const pixels = Float32Array.from({ length: 2 * 64 }, (_, index) => Math.cos(index));
    const output = model.predict(tensor(pixels, [2, 8, 8, 1])) as Tensor;
    const probabilities = Array.from(output.dataSync());
    for (const first of [0, 4]) expect(probabilities.slice(first, first + 4).reduce((sum, share) => sum + share)).toBeCloseTo(1, 5);
    expect(Math.max(...probabilities)).toBeLessThan(1);
  });

  it('comes back through the importer with the same shapes, MACs and parameters', () => {
    const graph = buildResNet({ depth: 14, inputShape: [32, 32, 3], classes: 10 });
    expectSameNetwork(importTopology(exportTopology(graph).modelTopology), graph);
  });

  it('keeps shared layers, depthwise convolutions, pooling, concatenation and dropout', async () => {
    const input = tf.input({ shape: [9, 9, 4], name: 'image' });
    const shared = tf.layers.depthwiseConv2d({ name: 'shared', kernelSize: 3, padding: 'same', depthwiseInitializer: 'heNormal' });
    const once = shared.apply(input);
    const pooled = tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }).apply(once);
    const twice = shared.apply(pooled);
    const joined = tf.layers.concatenate().apply([pooled, twice] as never);
    const strided = tf.layers.separableConv2d({ filters: 6, kernelSize: 3, strides: 2, padding: 'same', activation: 'elu' }).apply(joined);
    const flat = tf.layers.dropout({ rate: 0.2 }).apply(tf.layers.flatten().apply(strided));
    const output = tf.layers.dense({ units: 3, activation: 'hardSigmoid' }).apply(flat) as tf.SymbolicTensor;
    const graph = importTopology(tf.model({ inputs: input, outputs: output }).toJSON(null, false));
    expectSameNetwork(importTopology(exportTopology(graph).modelTopology), graph);
    const { model } = await load(graph);
    expect(model.countParams()).toBe(countParameters(graph));
    expect((model.outputs[0]!.shape as number[]).slice(1)).toEqual([3]);
  });

  it('is refused for layers that Keras cannot express', () => {
    const graph = importTopology(
      tf
        .sequential({ layers: [tf.layers.simpleRNN({ name: 'r', units: 2, inputShape: [3, 2], recurrentInitializer: 'zeros' })] })
        .toJSON(null, false),
    );
    expect(() => exportTopology(graph)).toThrow('Layer “r” (SimpleRNN) cannot be written as a Keras model.');
  });
});
