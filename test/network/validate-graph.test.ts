import { expect, it } from 'vitest';
import { buildResNet } from '../../src/network/resnet';
import { validateGraph } from '../../src/network/validate-graph';
import type { Layer, LayerGraph } from '../../src/protocol/layer-graph';

const sound = buildResNet({ depth: 8, inputShape: [8, 8, 3], classes: 2 });

function changed(name: string, change: Partial<Layer>): LayerGraph {
  return { ...sound, layers: sound.layers.map((layer) => (layer.name === name ? ({ ...layer, ...change } as Layer) : layer)) };
}

it('finds nothing wrong with a sound graph', () => {
  expect(validateGraph(sound)).toEqual([]);
});

it.each([
  ['a missing input', changed('bn1', { inputs: ['nowhere'] }), 'Layer “bn1” reads “nowhere”, which is not in the network.'],
  ['a layer before what it reads', changed('bn1', { inputs: ['dense'] }), 'Layer “bn1” stands before “dense”, which it reads.'],
  ['a wrong shape', changed('conv1', { outputShape: [7, 8, 16] }), 'Layer “conv1” gives 8×8×16, but its output shape says 7×8×16.'],
  ['a name twice', changed('bn1', { name: 'conv1' }), 'Two layers have the name “conv1”.'],
  ['a layer that reads nothing', changed('relu1', { inputs: [] }), 'Layer “relu1” reads nothing.'],
  [
    'an add of different shapes',
    changed('group2_block1_add', { inputs: ['group2_block1_bn2', 'relu1'] }),
    'Layer “group2_block1_add” adds shapes that differ: 4×4×32, 8×8×16.',
  ],
  ['a missing output', { ...sound, outputs: ['gone'] }, 'The output “gone” is not in the network.'],
])('says what is wrong with %s', (_, graph, sentence) => {
  expect(validateGraph(graph)).toContain(sentence);
});
