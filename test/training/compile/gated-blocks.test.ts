import { describe, expect, it } from 'vitest';
import type { Executable } from '../../../src/engine/engine';
import { createLocalEngine } from '../../../src/engine/local/local-engine';
import { gatedBlocksOf } from '../../../src/network/gated-blocks';
import { buildResNet } from '../../../src/network/resnet';
import type { LayerGraph } from '../../../src/protocol/layer-graph';
import { type CompiledNetwork, compileNetwork } from '../../../src/training/compile/compile-network';
import { signedActivations } from '../../../src/training/compile/fixed-point';
import type { Gating } from '../../../src/training/compile/gate-tensors';
import { noise } from '../../engine/noise';
import { relativeError } from '../../engine/relative-error';
import { GraphBuilder } from '../graph-builder';
import { ReferenceEngine } from '../reference-engine';

const samples = 5;
const around = { top: 1, bottom: 1, left: 1, right: 1 };

/** Four blocks: the first always runs; a projection before a sum with activation; an identity without one; an identity with one. */
function blocksOfEveryKind(): LayerGraph {
  const builder = new GraphBuilder([5, 5, 2]).conv('stem', 'input', 3, 3, { padding: around }).activation('stem_out', 'stem', 'tanh');
  const branch = (name: string, from: string, filters: number, stride: number) =>
    builder
      .conv(`${name}1`, from, filters, 3, { padding: around, strides: [stride, stride], useBias: false })
      .batchNorm(`${name}1_bn`, `${name}1`)
      .activation(`${name}1_out`, `${name}1_bn`, 'tanh')
      .conv(`${name}2`, `${name}1_out`, filters, 3, { padding: around });
  branch('a', 'stem_out', 3, 1).add('a', 'a2', 'stem_out').activation('a_out', 'a', 'tanh');
  branch('b', 'a_out', 4, 2);
  builder.conv('b_short', 'a_out', 4, 1, { strides: [2, 2], useBias: false }).batchNorm('b_short_bn', 'b_short');
  builder.add('b', 'b2', 'b_short_bn').activation('b_out', 'b', 'sigmoid');
  branch('c', 'b_out', 4, 1).add('c', 'c2', 'b_out');
  branch('d', 'c', 4, 1).add('d', 'c', 'd2').activation('d_out', 'd', 'tanh');
  return builder.globalPool('pool', 'd_out').dense('dense', 'pool', 4).build();
}

function fill<E extends Executable>(network: CompiledNetwork, executable: E, batch = samples): E {
  const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
  network.weights.forEach(({ tensor, role, shape }, index) => {
    const values = noise(size(shape), 7 + index, 0.5);
    executable.write(tensor, role === 'gamma' || role === 'movingVariance' ? values.map((value) => 1 + value / 2) : values);
  });
  network.gates?.learning?.allWeights.forEach(({ tensor, shape }, index) => {
    executable.write(tensor, noise(size(shape), 70 + index, 0.5));
  });
  executable.write(network.images, noise(batch * size(network.program.tensors[network.images]!.shape), 1000));
  executable.write(
    network.labels,
    Int32Array.from({ length: batch }, (_, sample) => sample % network.classes),
  );
  executable.write(network.learningRate, Float32Array.of(0));
  return executable;
}

const compiled = (graph: LayerGraph, gating: Gating, batchSize = samples) =>
  compileNetwork(graph, { batchSize, momentum: 0, weightDecay: 0, keepGradients: true, keepLogits: true, gating });

describe('gated blocks of a network', () => {
  it('are all residual blocks but the first, with the activation behind their add and their share of MACs', () => {
    const blocks = gatedBlocksOf(blocksOfEveryKind());
    expect(blocks.map(({ add, ending, entry, gate }) => [add, ending, entry, gate])).toEqual([
      ['b', 'b_out', 'a_out', 0],
      ['c', 'c', 'b_out', 1],
      ['d', 'd_out', 'c', 2],
    ]);
    // 3×3 pixels behind 27 → 4 channels and 36 → 4, against twice 36 → 4.
    const macs = [9 * 4 * (27 + 36), 9 * 4 * 72, 9 * 4 * 72];
    const all = macs.reduce((a, b) => a + b, 0);
    blocks.forEach(({ cost }, gate) => {
      expect(cost).toBeCloseTo(macs[gate]! / all, 10);
    });
  });

  it('are 35 in a ResNet-74, 33 without those whose shortcut changes the shape', () => {
    const graph = buildResNet({ depth: 74, inputShape: [32, 32, 3], classes: 10 });
    expect(gatedBlocksOf(graph)).toHaveLength(35);
    const blocks = gatedBlocksOf(graph, 'identity');
    expect(blocks).toHaveLength(33);
    expect(blocks.map(({ gate }) => gate)).toEqual(blocks.map((_, place) => place));
    expect(blocks.reduce((sum, { cost }) => sum + cost, 0)).toBeCloseTo(1, 12);
  });

  it('are all but the first where every shortcut changes the shape', () => {
    const graph = buildResNet({ depth: 8, inputShape: [32, 32, 3], classes: 10 });
    expect(gatedBlocksOf(graph, 'identity')).toEqual(gatedBlocksOf(graph));
  });
});

describe('a block at the end of the logits', () => {
  it('ends with its add, whose softmax is none of the layers that are trained', async () => {
    const builder = new GraphBuilder([6]).dense('a', 'input', 4).dense('b', 'a', 4).add('first', 'b', 'a');
    const graph = builder.dense('c', 'first', 4).add('second', 'c', 'first').activation('probabilities', 'second', 'softmax').build();
    expect(gatedBlocksOf(graph).map(({ ending }) => ending)).toEqual(['second']);
    const network = compiled(graph, { kind: 'slu', execution: 'skip', estimator: 'centred', weightDecay: 0 });
    const executable = fill(network, await new ReferenceEngine().compile(network.program));
    executable.write(network.gates!.learning!.uniforms, Float32Array.of(-1, 2, -1, 2, -1));
    executable.run('train', samples);
    expect(executable.read(network.trainMetrics)[0]).toBeGreaterThan(0);
    expect(executable.read(network.gates!.executed[0]!)[0]).toBe(3);
  });
});

describe('fixed point', () => {
  it('has a sign wherever a sample that skips a block may bring values without an activation, inside another block as well', () => {
    const builder = new GraphBuilder([5, 5, 2]).conv('stem', 'input', 3, 3, { padding: around }).activation('stem_out', 'stem', 'relu');
    builder.conv('a1', 'stem_out', 3, 3, { padding: around }).add('a', 'a1', 'stem_out').activation('a_out', 'a', 'relu');
    builder.conv('outer1', 'a_out', 3, 3, { padding: around });
    builder.conv('inner1', 'outer1', 3, 3, { padding: around }).activation('inner1_out', 'inner1', 'relu');
    builder
      .conv('inner2', 'inner1_out', 3, 3, { padding: around })
      .add('inner', 'inner2', 'outer1')
      .activation('inner_out', 'inner', 'relu');
    builder.pool('maxPooling2d', 'inner_pool', 'inner_out', 1, 1).conv('outer2', 'inner_pool', 3, 3, { padding: around });
    const graph = builder
      .add('outer', 'outer2', 'a_out')
      .activation('outer_out', 'outer', 'relu')
      .globalPool('pool', 'outer_out')
      .dense('d', 'pool', 4)
      .build();
    expect(gatedBlocksOf(graph).map(({ ending }) => ending)).toEqual(['inner_out']);
    const signed = (skipping: boolean) => signedActivations(graph, { activationBits: 8, weightBits: 8, skipping });
    for (const layer of ['inner_out', 'inner_pool']) expect([signed(true)(layer), signed(false)(layer)], layer).toEqual([true, false]);
    expect([signed(true)('inner1_out'), signed(true)('outer1')]).toEqual([false, true]);
  });
});

describe('a network whose blocks run for some samples', () => {
  // Origin of the numbers: central finite differences of the loss in float64, as for the whole network; the masks are given.
  it.each([
    ['different ones in each block', [0b10110, 0b01101, 0b00111]],
    ['one alone, none, and all', [0b00100, 0, 0b11111]],
  ])('has gradients that agree with finite differences: %s', async (_, bits) => {
    const network = compiled(blocksOfEveryKind(), { kind: 'stochasticDepth' });
    const executable = fill(network, await new ReferenceEngine().compile(network.program));
    const masks = Float32Array.from({ length: samples * 3 }, (__, i) => (bits[i % 3]! >> Math.floor(i / 3)) & 1);
    executable.write(network.gates!.masks, masks);
    const loss = () => {
      executable.run('train', samples);
      return executable.values[network.trainMetrics]![0]!;
    };
    loss();
    const trainable = network.weights.filter((weight) => weight.trainable);
    const gradients = new Map(trainable.map(({ name }) => [name, executable.values[network.gradients.get(name)!]!.slice()]));
    const step = 1e-5;
    let [largest, error] = [0, 0];
    for (const { name, tensor } of trainable) {
      const values = executable.values[tensor]!;
      for (let i = 0; i < values.length; i += 3) {
        const before = values[i]!;
        values[i] = before + step;
        const above = loss();
        values[i] = before - step;
        const difference = (above - loss()) / (2 * step);
        values[i] = before;
        largest = Math.max(largest, Math.abs(difference));
        error = Math.max(error, Math.abs(difference - gradients.get(name)![i]!));
      }
    }
    expect(largest).toBeGreaterThan(1e-3);
    expect(error / largest).toBeLessThan(1e-6);
  });

  it.each([1, 2])('has on our own engine the gradients of the reference, with %i thread(s)', async (threads) => {
    const network = compiled(blocksOfEveryKind(), { kind: 'slu', execution: 'skip', estimator: 'centred', weightDecay: 0 });
    const engine = await createLocalEngine({ build: 'native', threads });
    const ours = fill(network, await engine.compile(network.program));
    const reference = fill(network, await new ReferenceEngine().compile(network.program));
    for (const executable of [ours, reference]) {
      const learning = network.gates!.learning!;
      executable.write(
        learning.uniforms,
        noise(samples * 3, 5, 0.5).map((value) => value + 0.5),
      );
      executable.write(
        learning.costs,
        Float32Array.from(network.gates!.blocks, ({ cost }) => cost),
      );
      executable.write(learning.costWeight, Float32Array.of(0.3));
      executable.write(learning.mean, Float32Array.of(0.01));
      executable.write(learning.target, Float32Array.of(0.6));
      executable.run('train', samples);
    }
    // float32 against float64, through a network and the LSTM of its gates.
    for (const [name, tensor] of [...network.gradients, ['masks', network.gates!.masks], ['mean', network.gates!.learning!.mean]] as const)
      expect(relativeError(ours.read(tensor), reference.read(tensor)), name).toBeLessThan(2e-5);
    const masks = ours.read(network.gates!.masks);
    expect(masks).toContain(0);
    expect(masks).toContain(1);
    await engine.dispose();
  });

  // Samples that skip a block have gaps in its tensors; what is not a number would spread from there.
  it.each(['of a ResNet-14', 'of every kind'] as const)('reads nothing that it did not write (blocks %s)', async (blocks) => {
    const graph = blocks === 'of every kind' ? blocksOfEveryKind() : buildResNet({ depth: 14, inputShape: [8, 8, 3], classes: 4 });
    const network = compiled(graph, { kind: 'slu', execution: 'skip', estimator: 'centred', weightDecay: 0 });
    const run = async (before: number) => {
      const executable = fill(network, await new ReferenceEngine().compile(network.program));
      const { uniforms, costWeight } = network.gates!.learning!;
      executable.write(
        uniforms,
        noise(samples * network.gates!.blocks.length, 5, 0.5).map((value) => value + 0.5),
      );
      executable.write(costWeight, Float32Array.of(0.3));
      for (const { id, role } of network.program.tensors) if (role === 'temporary') executable.values[id]!.fill(before);
      executable.run('train', samples);
      return new Map([...network.gradients].map(([name, tensor]) => [name, executable.values[tensor]!]));
    };
    expect(await run(Number.NaN)).toEqual(await run(0));
  });

  it('leaves a block that no sample takes as it is, statistics included', async () => {
    const network = compiled(blocksOfEveryKind(), { kind: 'slu', execution: 'skip', estimator: 'centred', weightDecay: 0 });
    const engine = await createLocalEngine({ build: 'native', threads: 2 });
    const executable = fill(network, await engine.compile(network.program));
    executable.write(network.learningRate, Float32Array.of(0.1));
    const inside = network.weights.filter(({ name }) => /^[bcd][12]/.test(name));
    const before = inside.map(({ tensor }) => executable.read(tensor));
    // No probability is above 1.
    executable.write(network.gates!.learning!.uniforms, new Float32Array(samples * 3).fill(1));
    executable.run('train', samples);
    expect(inside.length).toBeGreaterThan(20);
    expect(inside.map(({ tensor }) => executable.read(tensor))).toEqual(before);
    expect(executable.read(network.trainMetrics)[0]).toBeGreaterThan(0);
    await engine.dispose();
  });

  it('agrees with computing all and mixing where every mask is 1', async () => {
    const graph = buildResNet({ depth: 14, inputShape: [8, 8, 3], classes: 10 });
    const engine = await createLocalEngine({ build: 'native', threads: 2 });
    const run = async (gating: Gating) => {
      const network = compiled(graph, gating, 8);
      const executable = fill(network, await engine.compile(network.program), 8);
      const learning = network.gates!.learning!;
      executable.write(learning.uniforms, new Float32Array(8 * 5).fill(-1));
      executable.write(learning.costWeight, Float32Array.of(0.3));
      executable.run('train', 8);
      const results = new Map(
        [...network.gradients, ['logits', network.trainLogits!] as const].map(([name, id]) => [name, executable.read(id)]),
      );
      executable.dispose();
      return results;
    };
    const skipping = await run({ kind: 'slu', execution: 'skip', estimator: 'executed', weightDecay: 0 });
    const masked = await run({ kind: 'slu', execution: 'masked', estimator: 'every', weightDecay: 0 });
    expect(skipping.get('logits')).toEqual(masked.get('logits'));
    // Sums of the same float32 numbers in another order.
    for (const [name, values] of skipping) expect(relativeError(values, masked.get(name)!), name).toBeLessThan(1e-5);
    await engine.dispose();
  });
});
