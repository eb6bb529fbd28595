import { describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { layerWork } from '../../src/energy/layer-work';
import { fullPrecision } from '../../src/energy/work';
import { layerOf } from '../../src/network/graph-queries';
import { buildResNet } from '../../src/network/resnet';
import type { LayerGraph } from '../../src/protocol/layer-graph';

const context = { batchSize: 4, widths: fullPrecision, profile: findDeviceProfile('asic-45nm') };
const resnet = buildResNet({ depth: 8, inputShape: [16, 16, 3], classes: 10 });
/** Bits of one 16×16×16 tensor of the batch. */
const tensorBits = 4 * 16 * 16 * 16 * 32;

function work(name: string, graph: LayerGraph = resnet) {
  return layerWork(graph, layerOf(graph, name), context);
}

describe('off-chip traffic counted by hand', () => {
  it('of an activation: read and write; back: output, its gradient, the result', () => {
    expect(work('group1_block1_relu1').forward.dramBits).toBe(2 * tensorBits);
    expect(work('group1_block1_relu1').inputGradient.dramBits).toBe(3 * tensorBits);
  });

  it('of an add: two reads and a write; its gradient is handed on and moves nothing', () => {
    expect(work('group1_block1_add').forward.dramBits).toBe(3 * tensorBits);
    expect(work('group1_block1_add').inputGradient.dramBits).toBe(0);
  });

  it('of a layer that two layers read: one further sum of gradients, two reads and a write', () => {
    expect(work('relu1').inputGradient.dramBits).toBe((3 + 3) * tensorBits);
  });

  it('of batch norm: one read where a channel of the batch fits the buffer, statistics and parameters beside', () => {
    expect(work('bn1').forward.dramBits).toBe(2 * tensorBits + 6 * 16 * 32);
  });

  it('of the weight update: weight, gradient and momentum read, weight and momentum written, in 32 bits', () => {
    expect(work('group1_block1_conv1').update.dramBits).toBe(5 * 32 * 9 * 16 * 16);
    expect(work('relu1').update.dramBits).toBe(0);
  });
});

it('updates the weights of a layer that is applied twice only once', () => {
  const shape = [4];
  const dense = { kind: 'dense', units: 4, useBias: false, outputShape: shape } as const;
  const graph: LayerGraph = {
    name: 'twice',
    layers: [
      { kind: 'input', name: 'x', inputs: [], outputShape: shape },
      { ...dense, name: 'a', inputs: ['x'], outputShape: [4] },
      { ...dense, name: 'b', inputs: ['a'], outputShape: [4], sharesWeightsWith: 'a' },
      { kind: 'flatten', name: 'f', inputs: ['b'], outputShape: [4] },
    ],
    outputs: ['f'],
  };
  expect(work('a', graph).update.dramBits).toBe(5 * 32 * 16);
  expect(work('b', graph).update.dramBits).toBe(0);
  // The second application's gradient is added to the first's, which is read for it.
  expect(work('b', graph).weightGradient.dramBits - work('a', graph).weightGradient.dramBits).toBe(16 * 32);
  expect(work('f', graph).forward.dramBits).toBe(0);
});
