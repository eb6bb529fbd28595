import { describe, expect, it } from 'vitest';
import { buildBuiltinNetwork } from '../../src/network/builtin-networks';
import { inputShapeOf, layerOf } from '../../src/network/graph-queries';
import { layerMacs, networkMacs } from '../../src/network/macs';
import { countParameters } from '../../src/network/parameters';
import { findResidualBlocks } from '../../src/network/residual-blocks';
import { buildResNet, resnetDepths } from '../../src/network/resnet';
import { validateGraph } from '../../src/network/validate-graph';
import { builtinNetworks } from '../../src/protocol/configuration';
import { layerGraphSchema } from '../../src/protocol/layer-graph';
import { trainableParameters } from './trainable-parameters';

const cifar = { inputShape: [32, 32, 3], classes: 10 };

describe('buildResNet', () => {
  it.each(resnetDepths)('makes a sound graph of depth %d with a convolution or dense layer for each unit of depth', (depth) => {
    const graph = buildResNet({ depth, ...cifar });
    expect(layerGraphSchema.safeParse(graph).error).toBeUndefined();
    expect(validateGraph(graph)).toEqual([]);
    const weighted = graph.layers.filter((layer) => (layer.kind === 'conv2d' && layer.kernelSize[0] === 3) || layer.kind === 'dense');
    expect(weighted).toHaveLength(depth);
    expect(findResidualBlocks(graph)).toHaveLength((depth - 2) / 2);
    expect(inputShapeOf(graph)).toEqual([32, 32, 3]);
    expect(layerOf(graph, graph.outputs[0]!).outputShape).toEqual([10]);
  });

  // He et al., CVPR 2016, table 6: 0.27 M and 1.7 M parameters, with parameter-free shortcuts; projections add little.
  it.each([
    [20, 0.27],
    [110, 1.7],
  ] as const)('has the published number of parameters at depth %d', (depth, millions) => {
    expect(trainableParameters(buildResNet({ depth, ...cifar })) / 1e6).toBeCloseTo(millions, 1);
  });

  it('has the MACs that follow from its layers by hand', () => {
    const graph = buildResNet({ depth: 20, ...cifar });
    const stem = 32 * 32 * 16 * 27;
    const group = 32 * 32 * 16 * 144;
    const forward = stem + 6 * group + (group / 2 + 5 * group) * 2 + 16 * 16 * 32 * 16 + 8 * 8 * 64 * 32 + 640;
    expect(networkMacs(graph)).toEqual({ forward, inputGradient: forward - stem, weightGradient: forward });
    expect(layerMacs(graph, graph.layers[1]!)).toEqual({ forward: stem, inputGradient: 0, weightGradient: stem });
  });

  it('pads by one on both sides at stride 2, as PyTorch does', () => {
    const graph = buildResNet({ depth: 8, ...cifar });
    const strided = graph.layers.find((layer) => layer.name === 'group2_block1_conv1');
    expect(strided).toMatchObject({ strides: [2, 2], padding: { top: 1, bottom: 1, left: 1, right: 1 }, outputShape: [16, 16, 32] });
  });

  it('counts moving statistics as parameters that training does not move', () => {
    const graph = buildResNet({ depth: 8, ...cifar });
    const channels = graph.layers
      .filter((layer) => layer.kind === 'batchNormalization')
      .reduce((sum, layer) => sum + layer.outputShape[2]!, 0);
    expect(countParameters(graph) - trainableParameters(graph)).toBe(2 * channels);
  });

  it('is reachable by each name that a configuration can hold', () => {
    for (const name of builtinNetworks) expect(buildBuiltinNetwork(name, [28, 28, 1], 10).name).toBe(name);
  });

  it('refuses what is no image and fewer than two classes', () => {
    expect(() => buildResNet({ depth: 20, inputShape: [32, 32], classes: 10 })).toThrow('needs an image of height × width × channels');
    expect(() => buildResNet({ depth: 20, inputShape: [2, 32, 3], classes: 10 })).toThrow('at least 4×4 pixels, not 2×32');
    expect(() => buildResNet({ depth: 20, inputShape: [32, 32, 3], classes: 1 })).toThrow('at least 2 classes, not 1');
  });
});
