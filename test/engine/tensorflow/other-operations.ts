import type { NamedTensor } from '../operation-program';
import { image, type OperationOfCase, shared } from '../random-operations';

const vector = (name: string, channels: number) => ({ [name]: shared(channels) });

/** A pooling window of a case: without dilation, and nowhere wholly outside of the image. */
function poolingWindow(window: Parameters<OperationOfCase>[0]['window']) {
  const axis = (input: number, kernel: number, stride: number, pad: number) => {
    const padded = Math.min(pad, kernel - 1);
    return { input: Math.max(input, kernel), pad: padded, output: Math.floor((Math.max(input, kernel) + padded - kernel) / stride) + 1 };
  };
  const rows = axis(window.inputHeight, window.kernelHeight, window.strideHeight, window.padTop);
  const columns = axis(window.inputWidth, window.kernelWidth, window.strideWidth, window.padLeft);
  return {
    ...window,
    dilationHeight: 1,
    dilationWidth: 1,
    inputHeight: rows.input,
    inputWidth: columns.input,
    outputHeight: rows.output,
    outputWidth: columns.output,
    padTop: rows.pad,
    padLeft: columns.pad,
  };
}

/** The smaller image inside a padded one. */
const insideOf = (height: number, width: number, channels: number) => image(height + 3, width + 2, channels);

/** The operations that the float64 reference does not know. */
export const otherOperations: Record<string, OperationOfCase> = {
  'maximum pooling': (anyCase) => {
    const window = poolingWindow(anyCase.window);
    const x = image(window.inputHeight, window.inputWidth, anyCase.inputs);
    const y = image(window.outputHeight, window.outputWidth, anyCase.inputs);
    return [
      { kind: 'maxPooling2d', x: 'x', y: 'y', window },
      { x, y },
    ];
  },
  'average pooling': (anyCase) => {
    const window = poolingWindow(anyCase.window);
    const x = image(window.inputHeight, window.inputWidth, anyCase.inputs);
    const y = image(window.outputHeight, window.outputWidth, anyCase.inputs);
    return [
      { kind: 'averagePooling2d', x: 'x', y: 'y', window },
      { x, y },
    ];
  },
  'gradients of average pooling': (anyCase) => {
    const window = poolingWindow(anyCase.window);
    const dx = image(window.inputHeight, window.inputWidth, anyCase.inputs);
    const dy = image(window.outputHeight, window.outputWidth, anyCase.inputs);
    return [
      { kind: 'averagePooling2dGradient', dy: 'dy', dx: 'dx', window },
      { dy, dx },
    ];
  },
  'global average pooling': ({ window, inputs }) => [
    { kind: 'globalAveragePooling2d', x: 'x', y: 'y' },
    { x: image(window.inputHeight, window.inputWidth, inputs), y: { ...shared(inputs), perSample: true } },
  ],
  'gradients of global average pooling': ({ window, inputs }) => [
    { kind: 'globalAveragePooling2dGradient', dy: 'dy', dx: 'dx' },
    { dx: image(window.inputHeight, window.inputWidth, inputs), dy: { ...shared(inputs), perSample: true } },
  ],
  'gradients of batch normalization': ({ window, inputs, withBias }) => {
    const x = image(window.inputHeight, window.inputWidth, inputs);
    const names = withBias ? { gamma: 'gamma', dgamma: 'dgamma', dbeta: 'dbeta' } : {};
    const vectors = Object.assign({}, ...['mean', 'inverseDeviation', ...Object.keys(names)].map((name) => vector(name, inputs)));
    const statistics = { mean: 'mean', inverseDeviation: 'inverseDeviation' };
    return [
      { kind: 'batchNormalizationGradient', x: 'x', dy: 'dy', dx: 'dx', ...statistics, ...names },
      { x, dy: x, dx: x, ...vectors },
    ];
  },
  'batch normalization by running statistics': ({ window, inputs, withBias }) => {
    const x = image(window.inputHeight, window.inputWidth, inputs);
    const names = withBias ? { gamma: 'gamma', beta: 'beta' } : {};
    const statistics = { runningMean: 'runningMean', runningVariance: 'runningVariance' };
    const vectors = Object.assign({}, ...Object.keys({ ...statistics, ...names }).map((name) => vector(name, inputs)));
    return [
      { kind: 'batchNormalizationInference', x: 'x', y: 'y', epsilon: 1e-5, ...statistics, ...names },
      { x, y: x, ...vectors },
    ];
  },
  ...Object.fromEntries(
    (['relu', 'relu6', 'sigmoid', 'tanh'] as const).flatMap((name): [string, OperationOfCase][] => [
      [
        `activation by ${name}`,
        ({ inputs, outputs }) => [
          { kind: 'activation', function: name, x: 'x', y: 'y' },
          { x: image(3, inputs, outputs), y: image(3, inputs, outputs) },
        ],
      ],
      [
        `gradients of ${name}`,
        ({ inputs, outputs }) => {
          const x = image(3, inputs, outputs);
          return [
            { kind: 'activationGradient', function: name, y: 'y', dy: 'dy', dx: 'dx' },
            { y: x, dy: x, dx: x },
          ];
        },
      ],
    ]),
  ),
  sums: ({ inputs, outputs }) => {
    const x = image(3, inputs, outputs);
    return [
      { kind: 'add', a: 'a', b: 'b', y: 'y' },
      { a: x, b: x, y: x },
    ];
  },
  'accumulated sums': ({ inputs, outputs }) => [
    { kind: 'accumulate', x: 'x', into: 'into' },
    { x: image(3, inputs, outputs), into: image(3, inputs, outputs) },
  ],
  copies: ({ inputs, outputs }) => [
    { kind: 'copy', x: 'x', y: 'y' },
    { x: image(3, inputs, outputs), y: { ...shared(3 * inputs * outputs), perSample: true } },
  ],
  'padding with zeros': ({ inputs, outputs }) => [
    { kind: 'zeroPadding2d', x: 'x', y: 'y', top: 1, left: 2 },
    { x: image(3, inputs, outputs), y: insideOf(3, inputs, outputs) },
  ],
  'gradients of padding': ({ inputs, outputs }) => [
    { kind: 'zeroPadding2dGradient', dy: 'dy', dx: 'dx', top: 1, left: 2 },
    { dy: insideOf(3, inputs, outputs), dx: image(3, inputs, outputs) },
  ],
  'parts of a concatenation': ({ inputs, outputs, batchSize }) => [
    { kind: 'concatenatePart', part: 'part', whole: 'whole', offset: batchSize - 1 },
    { part: image(3, inputs, outputs), whole: image(3, inputs, outputs + 4) },
  ],
  'gradients of a concatenation': ({ inputs, outputs, batchSize }) => [
    { kind: 'concatenatePartGradient', dwhole: 'dwhole', dpart: 'dpart', offset: batchSize - 1 },
    { dpart: image(3, inputs, outputs), dwhole: image(3, inputs, outputs + 4) },
  ],
  'dropout, mask for mask': ({ inputs, outputs, batchSize }) => [
    { kind: 'dropout', x: 'x', y: 'y', rate: batchSize / 7, seed: 'seed' },
    { x: image(3, inputs, outputs), y: image(3, inputs, outputs), seed: integers(1) },
  ],
  'gradients of dropout': ({ inputs, outputs, batchSize }) => [
    { kind: 'dropoutGradient', dy: 'dy', dx: 'dx', rate: batchSize / 7, seed: 'seed' },
    { dy: image(3, inputs, outputs), dx: image(3, inputs, outputs), seed: integers(1) },
  ],
  softmax: ({ outputs }) => [
    { kind: 'softmax', x: 'x', y: 'y' },
    { x: logits(outputs), y: logits(outputs) },
  ],
  'softmax cross-entropy': ({ outputs, withBias }) => [
    { kind: 'softmaxCrossEntropy', logits: 'logits', labels: 'labels', metrics: 'metrics', ...(withBias && { dlogits: 'dlogits' }) },
    { logits: logits(outputs + 2), dlogits: logits(outputs + 2), labels: { ...integers(1), perSample: true }, metrics: shared(3) },
  ],
  'updates by SGD': ({ inputs, outputs }) => {
    const w = shared(inputs, outputs);
    return [
      { kind: 'sgdMomentum', w: 'w', g: 'g', v: 'v', learningRate: 'learningRate', momentum: 0.9, weightDecay: 1e-2 },
      { w, g: w, v: w, learningRate: shared(1) },
    ];
  },
};

const logits = (classes: number): NamedTensor => ({ ...shared(classes), perSample: true });
const integers = (count: number): NamedTensor => ({ shape: [count], perSample: false, type: 'int32' });
