import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { InputShapeNeededError, TopologyError, UnknownLayerError } from '../../src/network/network-errors';
import { countParameters } from '../../src/network/parameters';
import { importTopology } from '../../src/network/topology-import';
import { validateGraph } from '../../src/network/validate-graph';
import { layerGraphSchema } from '../../src/protocol/layer-graph';

/** Expected shapes and parameter counts are TensorFlow.js' own (model.layers[i].outputShape, countParams), origin: @tensorflow/tfjs-layers 4.22. */

type Layer = ReturnType<typeof tf.layers.dense>;

function topologyOf(model: tf.LayersModel): unknown {
  return model.toJSON(null, false);
}

const images: [string, () => unknown][] = [
  ['conv2d', () => tf.layers.conv2d({ filters: 5, kernelSize: 3 })],
  ['conv2d', () => tf.layers.conv2d({ filters: 5, kernelSize: [3, 5], strides: 2, padding: 'same', useBias: false })],
  ['conv2d', () => tf.layers.conv2d({ filters: 5, kernelSize: 2, strides: [2, 1], padding: 'same', activation: 'relu' })],
  ['conv2d', () => tf.layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, padding: 'same' })],
  ['depthwise', () => tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, strides: 2, padding: 'same', activation: 'relu6' })],
  ['separable', () => tf.layers.separableConv2d({ filters: 7, kernelSize: 3, strides: 2, activation: 'tanh' })],
  ['batch norm', () => tf.layers.batchNormalization({ epsilon: 1e-5, momentum: 0.9 })],
  ['batch norm', () => tf.layers.batchNormalization({ center: false, scale: false })],
  ['batch norm along rows', () => tf.layers.batchNormalization({ axis: 1 })],
  ['layer norm', () => tf.layers.layerNormalization({ axis: [2, 3] })],
  ['max pooling', () => tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })],
  ['average pooling', () => tf.layers.averagePooling2d({ poolSize: [2, 3] })],
  ['global average pooling', () => tf.layers.globalAveragePooling2d({})],
  ['global max pooling', () => tf.layers.globalMaxPooling2d({})],
  ['flatten', () => tf.layers.flatten()],
  ['reshape', () => tf.layers.reshape({ targetShape: [24, 18] })],
  ['permute', () => tf.layers.permute({ dims: [3, 1, 2] })],
  ['dropout', () => tf.layers.dropout({ rate: 0.3 })],
  [
    'zero padding',
    () =>
      tf.layers.zeroPadding2d({
        padding: [
          [1, 2],
          [0, 3],
        ] as never,
      }),
  ],
  [
    'cropping',
    () =>
      tf.layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 3],
        ],
      }),
  ],
  ['up-sampling', () => tf.layers.upSampling2d({ size: [2, 3] })],
  ['transposed convolution', () => tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })],
  ['transposed convolution', () => tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'valid', useBias: false })],
  ['relu', () => tf.layers.reLU({ maxValue: 6 })],
  ['leaky relu', () => tf.layers.leakyReLU({ alpha: 0.1 })],
  ['elu', () => tf.layers.elu()],
  ['prelu', () => tf.layers.prelu({ sharedAxes: [1, 2] })],
  ['thresholded relu', () => tf.layers.thresholdedReLU()],
  ['softmax', () => tf.layers.softmax()],
  ['activation', () => tf.layers.activation({ activation: 'hardSigmoid' })],
  ['dense on images', () => tf.layers.dense({ units: 4 })],
  ['noise', () => tf.layers.gaussianNoise({ stddev: 0.1 })],
  ['gaussian dropout', () => tf.layers.gaussianDropout({ rate: 0.1 })],
  ['alpha dropout', () => tf.layers.alphaDropout({ rate: 0.1 })],
  ['rescaling', () => tf.layers.rescaling({ scale: 0.5, offset: 1 })],
  ['time distributed', () => tf.layers.timeDistributed({ layer: tf.layers.conv1d({ filters: 4, kernelSize: 2 }) })],
];

const sequences: [string, () => unknown][] = [
  ['lstm', () => tf.layers.lstm({ units: 4, recurrentInitializer: 'zeros' })],
  ['lstm', () => tf.layers.lstm({ units: 4, recurrentInitializer: 'zeros', returnSequences: true, useBias: false })],
  ['gru', () => tf.layers.gru({ units: 4, recurrentInitializer: 'zeros' })],
  ['simple rnn', () => tf.layers.simpleRNN({ units: 4, recurrentInitializer: 'zeros' })],
  [
    'stacked cells',
    () =>
      tf.layers.rnn({
        cell: [
          tf.layers.lstmCell({ units: 4, recurrentInitializer: 'zeros' }),
          tf.layers.gruCell({ units: 3, recurrentInitializer: 'zeros' }),
        ] as never,
      }),
  ],
  [
    'bidirectional',
    () =>
      tf.layers.bidirectional({
        layer: tf.layers.lstm({ units: 4, recurrentInitializer: 'zeros', returnSequences: true }) as never,
        mergeMode: 'concat',
      }),
  ],
  [
    'bidirectional',
    () => tf.layers.bidirectional({ layer: tf.layers.gru({ units: 4, recurrentInitializer: 'zeros' }) as never, mergeMode: 'sum' }),
  ],
  ['conv1d', () => tf.layers.conv1d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' })],
  ['conv1d', () => tf.layers.conv1d({ filters: 4, kernelSize: 3, strides: 2 })],
  ['max pooling', () => tf.layers.maxPooling1d({ poolSize: 2 })],
  ['average pooling', () => tf.layers.averagePooling1d({ poolSize: 3, padding: 'same' })],
  ['global pooling', () => tf.layers.globalAveragePooling1d()],
  ['global pooling', () => tf.layers.globalMaxPooling1d()],
  ['masking', () => tf.layers.masking()],
  ['spatial dropout', () => tf.layers.spatialDropout1d({ rate: 0.1 })],
  ['time distributed', () => tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 4 }) })],
];

const volumes: [string, () => unknown][] = [
  ['conv3d', () => tf.layers.conv3d({ filters: 3, kernelSize: 3, padding: 'same', strides: 2 })],
  ['transposed conv3d', () => tf.layers.conv3dTranspose({ filters: 3, kernelSize: 3, strides: 2 })],
  ['max pooling', () => tf.layers.maxPooling3d({ poolSize: 2 })],
  ['average pooling', () => tf.layers.averagePooling3d({ poolSize: 2, padding: 'same' })],
  ['conv lstm', () => tf.layers.convLstm2d({ recurrentInitializer: 'zeros', filters: 3, kernelSize: 3, padding: 'same' })],
  ['time distributed', () => tf.layers.timeDistributed({ layer: tf.layers.conv2d({ filters: 3, kernelSize: 3 }) })],
];

function checkOneLayer(shape: number[], make: () => unknown): void {
  const input = tf.input({ shape });
  const output = (make() as Layer).apply(input) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output });
  const graph = importTopology(topologyOf(model));
  expect(graph.layers.at(-1)?.outputShape).toEqual(output.shape.slice(1));
  expect(countParameters(graph)).toBe(model.countParams());
  expect(layerGraphSchema.safeParse(graph).error).toBeUndefined();
  expect(validateGraph(graph)).toEqual([]);
}

describe('a single layer has the output shape and parameters that TensorFlow.js gives it', () => {
  it.each(images.map(([name, make], index) => [`${name} (${index})`, make] as const))('on an image: %s', (_, make) => {
    checkOneLayer([9, 8, 6], make);
  });
  it.each(sequences.map(([name, make], index) => [`${name} (${index})`, make] as const))('on a sequence: %s', (_, make) => {
    checkOneLayer([7, 5], make);
  });
  it.each(volumes.map(([name, make], index) => [`${name} (${index})`, make] as const))('on a volume: %s', (_, make) => {
    checkOneLayer([6, 6, 6, 2], make);
  });
  it('on a vector: repeat vector, embedding', () => {
    checkOneLayer([5], () => tf.layers.repeatVector({ n: 3 }));
    checkOneLayer([5], () => tf.layers.embedding({ inputDim: 10, outputDim: 4 }));
  });
  it.each(['add', 'average', 'maximum', 'minimum', 'multiply', 'concatenate'] as const)('on two images: %s', (name) => {
    const inputs = [tf.input({ shape: [4, 4, 3] }), tf.input({ shape: [4, 4, 3] })];
    const output = tf.layers[name]({} as never).apply(inputs) as tf.SymbolicTensor;
    const graph = importTopology(topologyOf(tf.model({ inputs, outputs: output })));
    expect(graph.layers.at(-1)?.outputShape).toEqual(output.shape.slice(1));
  });
  it('on an image: resizing and reshaping with an open size, whose symbolic shapes TensorFlow.js gets wrong', () => {
    const open = tf.sequential({ layers: [tf.layers.reshape({ inputShape: [9, 8, 6], targetShape: [-1, 3] })] });
    expect(importTopology(topologyOf(open)).layers.at(-1)?.outputShape).toEqual([144, 3]);
    const resizing = tf.sequential({ layers: [tf.layers.resizing({ inputShape: [9, 8, 6], height: 5, width: 6 })] });
    expect(importTopology(topologyOf(resizing)).layers.at(-1)?.outputShape).toEqual([5, 6, 6]);
  });
  it('on two vectors: dot', () => {
    const inputs = [tf.input({ shape: [6] }), tf.input({ shape: [6] })];
    const output = tf.layers.dot({ axes: 1 }).apply(inputs) as tf.SymbolicTensor;
    const graph = importTopology(topologyOf(tf.model({ inputs, outputs: output })));
    expect(graph.layers.at(-1)).toMatchObject({ outputShape: output.shape.slice(1), macsPerSample: 6 });
  });
});

describe('models', () => {
  it('imports a sequential model layer by layer', () => {
    const model = tf.sequential({
      name: 'small',
      layers: [
        tf.layers.conv2d({
          name: 'c1',
          inputShape: [28, 28, 1],
          filters: 8,
          kernelSize: 5,
          strides: 2,
          padding: 'same',
          activation: 'relu',
        }),
        tf.layers.maxPooling2d({ name: 'p1', poolSize: 2 }),
        tf.layers.flatten({ name: 'f' }),
        tf.layers.dense({ name: 'd', units: 10, activation: 'softmax' }),
      ],
    });
    const graph = importTopology(topologyOf(model));
    expect(graph.layers.map((layer) => layer.name)).toEqual(['c1_input', 'c1', 'c1_relu', 'p1', 'f', 'd', 'd_softmax']);
    expect(graph.outputs).toEqual(['d_softmax']);
    expect(countParameters(graph)).toBe(model.countParams());
    // TensorFlow's 'same': 28 pixels, window 5, stride 2 need 3 zeros, the odd one below and right.
    expect(graph.layers[1]).toMatchObject({ padding: { top: 1, bottom: 2, left: 1, right: 2 } });
  });

  it('flattens nested models, and a second application shares the weights of the first', () => {
    const sub = tf.sequential({
      name: 'sub',
      layers: [
        tf.layers.conv2d({ name: 'c', inputShape: [8, 8, 3], filters: 3, kernelSize: 3, padding: 'same' }),
        tf.layers.batchNormalization({ name: 'b' }),
      ],
    });
    const input = tf.input({ shape: [8, 8, 3], name: 'image' });
    const once = sub.apply(input) as tf.SymbolicTensor;
    const twice = sub.apply(once) as tf.SymbolicTensor;
    const sum = tf.layers.add({ name: 'sum' }).apply([once, twice]) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: sum });
    const graph = importTopology(topologyOf(model));
    expect(graph.layers.map(({ name, inputs, sharesWeightsWith }) => [name, inputs, sharesWeightsWith])).toEqual([
      ['image', [], undefined],
      ['sub_c', ['image'], undefined],
      ['sub_b', ['sub_c'], undefined],
      ['sub_c_2', ['sub_b'], 'sub_c'],
      ['sub_b_2', ['sub_c_2'], 'sub_b'],
      ['sum', ['sub_b', 'sub_b_2'], undefined],
    ]);
    expect(countParameters(graph)).toBe(model.countParams());
    expect(validateGraph(graph)).toEqual([]);
  });

  it('imports a functional model inside a sequential one, and a layer applied twice', () => {
    const input = tf.input({ shape: [6, 6, 4] });
    const shared = tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' });
    const inner = tf.model({ inputs: input, outputs: tf.layers.add().apply([input, shared.apply(shared.apply(input))] as never) as never });
    const model = tf.sequential({ layers: [inner, tf.layers.globalAveragePooling2d({}), tf.layers.dense({ units: 3 })] });
    const graph = importTopology(topologyOf(model));
    expect(countParameters(graph)).toBe(model.countParams());
    expect(graph.layers.filter((layer) => layer.sharesWeightsWith !== undefined)).toHaveLength(1);
    expect(graph.layers.at(-1)?.outputShape).toEqual([3]);
    expect(validateGraph(graph)).toEqual([]);
  });

  it('reads model.json files with snake_case keys and the topology inside', () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] })] });
    const topology = {
      format: 'layers-model',
      modelTopology: { keras_version: '2.15.0', model_config: topologyOf(model) },
      weightsManifest: [],
    };
    expect(importTopology(topology)).toEqual(importTopology(topologyOf(model)));
  });

  it('gives each layer the place where it was made, also both layers of a convolution with activation', () => {
    const model = tf.sequential({
      layers: [tf.layers.conv2d({ name: 'c', inputShape: [8, 8, 3], filters: 2, kernelSize: 3, activation: 'relu' })],
    });
    const source = { file: '/models/a.ts', line: 7, column: 3 };
    const graph = importTopology(topologyOf(model), { sources: new Map([['c', source]]) });
    expect(graph.layers.map((layer) => layer.source)).toEqual([undefined, source, source]);
  });

  it('fills an open image size with the given one, and asks for it when none is given', () => {
    const input = tf.input({ shape: [null, null, 3] });
    const model = tf.model({ inputs: input, outputs: tf.layers.conv2d({ filters: 2, kernelSize: 3 }).apply(input) as tf.SymbolicTensor });
    expect(() => importTopology(topologyOf(model))).toThrow(InputShapeNeededError);
    expect(importTopology(topologyOf(model), { inputShape: [32, 24, 3] }).layers[1]?.outputShape).toEqual([30, 22, 2]);
  });

  it('asks for the input shape of a sequential model that has none', () => {
    const flatten = { class_name: 'Flatten', config: { name: 'f' } };
    const dense = { class_name: 'Dense', config: { name: 'd', units: 2 } };
    const topology = { class_name: 'Sequential', config: { name: 'open', layers: [flatten, dense] } };
    expect(() => importTopology(topology)).toThrow('Model “open” does not say the shape of its input');
    expect(importTopology(topology, { inputShape: [4, 4, 1] }).layers.at(-1)?.outputShape).toEqual([2]);
  });

  it('counts the MACs of an LSTM: four gates, input and state, each step', () => {
    const model = tf.sequential({ layers: [tf.layers.lstm({ units: 4, recurrentInitializer: 'zeros', inputShape: [7, 5] })] });
    expect(importTopology(topologyOf(model)).layers[1]).toMatchObject({ className: 'LSTM', macsPerSample: 7 * 4 * 4 * (5 + 4) });
  });
});

describe('what cannot be imported is said in one sentence', () => {
  const layer = (class_name: string, config: object) => ({
    class_name: 'Sequential',
    config: { name: 'm', layers: [{ class_name, config: { batch_input_shape: [null, 8, 8, 3], name: 'x', ...config } }] },
  });
  it.each([
    ['an unknown class', layer('Wavelet', {}), UnknownLayerError, 'Layer “x” is of class “Wavelet”'],
    [
      'channels first',
      layer('Conv2D', { filters: 2, kernel_size: 3, data_format: 'channels_first' }),
      TopologyError,
      'Layer “x” uses the data format channelsFirst',
    ],
    ['a window that does not fit', layer('Conv2D', { filters: 2, kernel_size: 11 }), TopologyError, 'leaves nothing of its input of 8×8×3'],
    ['a missing setting', layer('Conv2D', { kernel_size: 3 }), TopologyError, 'needs a whole number as “filters”, which is missing'],
    ['no model', { weights: [] }, TopologyError, 'This is no tf.layers topology'],
  ])('%s', (_, topology, error, sentence) => {
    expect(() => importTopology(topology)).toThrow(error);
    expect(() => importTopology(topology)).toThrow(sentence);
  });
});
