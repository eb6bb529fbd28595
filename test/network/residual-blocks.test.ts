import * as tf from '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, it } from 'vitest';
import { examineAdds, findResidualBlocks } from '../../src/network/residual-blocks';
import { buildResNet } from '../../src/network/resnet';
import { importTopology } from '../../src/network/topology-import';

const conv = (name: string, from: unknown) =>
  tf.layers.conv2d({ name, filters: 3, kernelSize: 3, padding: 'same' }).apply(from as tf.SymbolicTensor) as tf.SymbolicTensor;
const add = (name: string, ...from: tf.SymbolicTensor[]) => tf.layers.add({ name }).apply(from) as tf.SymbolicTensor;
const image = () => tf.input({ name: 'image', shape: [8, 8, 3] });
const graphOf = (inputs: tf.SymbolicTensor, outputs: tf.SymbolicTensor | tf.SymbolicTensor[]) =>
  importTopology(tf.model({ inputs, outputs }).toJSON(null, false));

describe('findResidualBlocks', () => {
  it('tells branch, projection shortcut and entry of a ResNet block apart', () => {
    const [, second] = findResidualBlocks(buildResNet({ depth: 8, inputShape: [32, 32, 3], classes: 10 }));
    const layer = (name: string) => `group2_block1_${name}`;
    expect(second).toEqual({
      add: layer('add'),
      entry: 'group1_block1_relu2',
      branch: ['conv1', 'bn1', 'relu1', 'conv2', 'bn2'].map(layer),
      shortcut: ['shortcut_conv', 'shortcut_bn'].map(layer),
    });
  });

  it('finds a block inside a block', () => {
    const input = image();
    const first = conv('a', input);
    const inner = add('inner', first, conv('b', first));
    const outer = add('outer', input, inner);
    expect(findResidualBlocks(graphOf(input, outer))).toEqual([
      { add: 'inner', entry: 'a', branch: ['b'], shortcut: [] },
      { add: 'outer', entry: 'image', branch: ['a', 'b', 'inner'], shortcut: [] },
    ]);
  });

  it('leaves out a branch that something outside reads, and says so', () => {
    const input = image();
    const first = conv('a', input);
    const sum = add('sum', input, conv('b', first));
    const graph = graphOf(input, [sum, conv('c', first)]);
    expect(examineAdds(graph)).toEqual({
      blocks: [],
      irregular: [{ add: 'sum', reason: 'Layer “a” of it is connected to layers outside of the block.' }],
    });
  });

  it('leaves out adds of three tensors and of a tensor with itself', () => {
    const input = image();
    const three = add('three', input, conv('a', input), conv('b', input));
    const twice = add('twice', three, three);
    expect(examineAdds(graphOf(input, twice)).irregular).toEqual([
      { add: 'three', reason: 'It adds 3 tensors, not two.' },
      { add: 'twice', reason: 'It adds a tensor to itself.' },
    ]);
  });
});
