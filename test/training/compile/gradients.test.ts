import { describe, expect, it } from 'vitest';
import type { LayerGraph } from '../../../src/protocol/layer-graph';
import { compileNetwork } from '../../../src/training/compile/compile-network';
import { noise } from '../../engine/noise';
import { GraphBuilder } from '../graph-builder';
import { ReferenceEngine, type ReferenceExecutable } from '../reference-engine';

/**
 * Origin of the numbers: central finite differences of the loss, in float64 on the reference engine. With a step of 1e-5 the differences
 * are good to about 1e-9 relative to the largest gradient; the tolerance leaves room for curvature.
 */
const step = 1e-5;
const tolerance = 1e-6;
const samples = 3;

async function worstError(graph: LayerGraph, seed = 7): Promise<{ weights: number; error: number }> {
  const network = compileNetwork(graph, { batchSize: samples, momentum: 0, weightDecay: 0, keepGradients: true });
  const executable: ReferenceExecutable = await new ReferenceEngine().compile(network.program);
  network.weights.forEach(({ tensor, role, shape }, index) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = noise(count, seed + index, 0.5);
    executable.write(tensor, role === 'gamma' || role === 'movingVariance' ? values.map((value) => 1 + value / 2) : values);
  });
  const pixels = network.program.tensors[network.images]!.shape.reduce((a, b) => a * b, 1);
  executable.write(network.images, noise(samples * pixels, seed + 1000));
  executable.write(
    network.labels,
    Int32Array.from({ length: samples }, (_, sample) => sample % network.classes),
  );
  for (const tensor of network.dropoutSeeds) executable.write(tensor, Int32Array.of(100 + tensor));
  executable.write(network.learningRate, Float32Array.of(0));

  const loss = () => {
    executable.run('train', samples);
    return executable.values[network.trainMetrics]![0]!;
  };
  loss();
  const trainable = network.weights.filter(({ trainable }) => trainable);
  const gradients = new Map(trainable.map(({ name }) => [name, executable.values[network.gradients.get(name)!]!.slice()]));
  let largest = 0;
  let error = 0;
  for (const { name, tensor } of trainable) {
    const values = executable.values[tensor]!;
    const gradient = gradients.get(name)!;
    for (let i = 0; i < values.length; i++) {
      const before = values[i]!;
      values[i] = before + step;
      const above = loss();
      values[i] = before - step;
      const below = loss();
      values[i] = before;
      const difference = (above - below) / (2 * step);
      largest = Math.max(largest, Math.abs(difference));
      error = Math.max(error, Math.abs(difference - gradient[i]!));
    }
  }
  expect(largest).toBeGreaterThan(1e-3);
  return { weights: trainable.length, error: error / largest };
}

const around = { top: 1, bottom: 1, left: 1, right: 1 };

describe('gradients of a compiled network agree with finite differences', () => {
  it('through convolutions with bias, stride, dilation and uneven padding', async () => {
    const graph = new GraphBuilder([7, 6, 2])
      .conv('first', 'input', 3, 3, { strides: [2, 2], padding: { top: 0, bottom: 1, left: 1, right: 1 } })
      .activation('tanh', 'first', 'tanh')
      .conv('second', 'tanh', 3, 2, { dilation: [2, 1], useBias: false })
      .flatten('flat', 'second')
      .dense('dense', 'flat', 4)
      .build();
    const { weights, error } = await worstError(graph);
    expect(weights).toBe(5);
    expect(error).toBeLessThan(tolerance);
  });

  it('through a residual block with projection, batch norm and a sum whose gradient two readers share', async () => {
    const graph = new GraphBuilder([6, 6, 2])
      .conv('stem', 'input', 3, 3, { padding: around, useBias: false })
      .batchNorm('stem_bn', 'stem')
      .activation('stem_out', 'stem_bn', 'tanh')
      .conv('a1', 'stem_out', 3, 3, { padding: around, useBias: false })
      .batchNorm('a1_bn', 'a1')
      .add('a', 'a1_bn', 'stem_out')
      .conv('b1', 'a', 4, 3, { padding: around, strides: [2, 2], useBias: false })
      .batchNorm('b1_bn', 'b1', { center: false })
      .conv('b_short', 'a', 4, 1, { strides: [2, 2], useBias: false })
      .batchNorm('b_short_bn', 'b_short', { scale: false })
      .add('b', 'b1_bn', 'b_short_bn')
      .activation('b_out', 'b', 'sigmoid')
      .globalPool('pool', 'b_out')
      .dense('dense', 'pool', 3)
      .activation('softmax', 'dense', 'softmax')
      .build();
    const { weights, error } = await worstError(graph);
    expect(weights).toBe(3 + 3 + 4 + 2);
    expect(error).toBeLessThan(tolerance);
  });

  it('where one output has three readers, two of them additions, and one adds it to itself', async () => {
    const graph = new GraphBuilder([4, 4, 1])
      .conv('c', 'input', 2, 3)
      .add('twice', 'c', 'c')
      .add('thrice', 'twice', 'c', 'c')
      .activation('t', 'c', 'tanh')
      .concatenate('join', 'thrice', 't', 'c')
      .flatten('flat', 'join')
      .dense('dense', 'flat', 3)
      .build();
    expect((await worstError(graph)).error).toBeLessThan(tolerance);
  });

  it('through depthwise convolution, padding, both poolings, relu6 and dropout', async () => {
    const graph = new GraphBuilder([6, 6, 2])
      .zeroPad('pad', 'input', { top: 1, bottom: 0, left: 2, right: 1 })
      .depthwise('dw', 'pad', 2, 3, { padding: around, strides: [1, 2] })
      .activation('relu6', 'dw', 'relu6')
      .pool('maxPooling2d', 'max', 'relu6', 3, 2, around)
      .zeroPad('pad2', 'max', { top: 0, bottom: 1, left: 1, right: 0 })
      .pool('averagePooling2d', 'average', 'pad2', 2, 1, { top: 1, bottom: 0, left: 0, right: 1 })
      .dropout('drop', 'average', 0.4)
      .activation('linear', 'drop', 'linear')
      .flatten('flat', 'linear')
      .dense('hidden', 'flat', 3)
      .dropout('nothing', 'hidden', 0)
      .dense('dense', 'nothing', 3)
      .build();
    expect((await worstError(graph)).error).toBeLessThan(tolerance);
  });

  it('for weights that several layers share', async () => {
    const graph = new GraphBuilder([5, 5, 2])
      .conv('c', 'input', 2, 3, { padding: around })
      .batchNorm('bn', 'c')
      .activation('t', 'bn', 'tanh')
      .conv('again', 't', 2, 3, { padding: around, sharesWeightsWith: 'c' })
      .batchNorm('bn2', 'again', { sharesWeightsWith: 'bn' })
      .flatten('flat', 'bn2')
      .dense('dense', 'flat', 3)
      .build();
    const { weights, error } = await worstError(graph);
    expect(weights).toBe(6);
    expect(error).toBeLessThan(tolerance);
  });
});

describe('a compiled network', () => {
  const graph = new GraphBuilder([4, 4, 1])
    .batchNorm('normalise', 'input', { center: false, scale: false })
    .conv('c', 'normalise', 2, 3)
    .flatten('flat', 'c')
    .dense('dense', 'flat', 3)
    .activation('softmax', 'dense', 'softmax')
    .build();
  const network = compileNetwork(graph, { batchSize: 2, momentum: 0.9, weightDecay: 1e-4 });
  const kinds = (section: string) => network.program.sections[section]!.map(({ kind }) => kind);

  it('computes no gradient below its first trainable layer', () => {
    expect(kinds('train')).not.toContain('conv2dInputGradient');
    expect(kinds('train')).not.toContain('batchNormalizationGradient');
    expect(kinds('train')).toContain('denseInputGradient');
  });

  it('folds the last softmax into the loss', () => {
    expect(Object.keys(network.program.sections).flatMap(kinds)).not.toContain('softmax');
  });

  it('updates every trainable weight once, and nothing in evaluation', () => {
    expect(kinds('train').filter((kind) => kind === 'sgdMomentum')).toHaveLength(4);
    expect([...kinds('evaluate'), ...kinds('predict')]).not.toContain('sgdMomentum');
    expect(kinds('evaluate')).not.toContain('batchNormalization');
  });
});
