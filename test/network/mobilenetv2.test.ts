import { describe, expect, it } from 'vitest';
import { inputShapeOf, layerOf } from '../../src/network/graph-queries';
import { networkMacs } from '../../src/network/macs';
import { buildMobileNetV2 } from '../../src/network/mobilenetv2';
import { findResidualBlocks } from '../../src/network/residual-blocks';
import { validateGraph } from '../../src/network/validate-graph';
import { layerGraphSchema } from '../../src/protocol/layer-graph';
import counted from '../training/fixtures/mobilenetv2-pass.json';
import { trainableParameters } from './trainable-parameters';

const graph = buildMobileNetV2({ inputShape: [32, 32, 3], classes: 10 });

describe('buildMobileNetV2', () => {
  it('makes a sound graph whose blocks of stride 1 are all residual', () => {
    expect(layerGraphSchema.safeParse(graph).error).toBeUndefined();
    expect(validateGraph(graph)).toEqual([]);
    expect(graph.layers.filter(({ kind }) => kind === 'depthwiseConv2d')).toHaveLength(17);
    const blocks = findResidualBlocks(graph);
    expect(blocks).toHaveLength(14);
    expect(blocks.filter(({ shortcut }) => shortcut.length > 0)).toHaveLength(4);
    expect(inputShapeOf(graph)).toEqual([32, 32, 3]);
    expect(layerOf(graph, graph.outputs[0]!).outputShape).toEqual([10]);
  });

  it('has the parameters and MACs that PyTorch counts', () => {
    expect(trainableParameters(graph)).toBe(counted.trainableParameters);
    expect(networkMacs(graph).forward).toBe(counted.macs);
  });

  it('leaves images of 4×4 pixels before the pool', () => {
    expect(graph.layers.find(({ name }) => name === 'head_relu')!.outputShape).toEqual([4, 4, 1280]);
  });

  it('refuses what is no image and what its strides leave nothing of', () => {
    expect(() => buildMobileNetV2({ inputShape: [32, 32], classes: 10 })).toThrow('A MobileNetV2 needs an image of height × width');
    expect(() => buildMobileNetV2({ inputShape: [4, 32, 3], classes: 10 })).toThrow('at least 8×8 pixels, not 4×32');
  });
});
