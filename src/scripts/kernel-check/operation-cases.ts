import type { Operation, Program, TensorSpecification, Window } from '../../engine/program';
import type { Random } from '../../platform/random';
import { between, type Case, image, maybe, oneOf, perSample, type Sequence, seed, shared, statistics, type Tensor } from './case-parts';
import { fusedCases } from './fused-cases';
import { gateCases } from './gate-cases';

function windowOf(random: Random, simple: boolean): Window {
  const axis = () => {
    const kernel = simple ? 3 : between(random, 1, 5);
    const stride = simple ? 1 : between(random, 1, 3);
    const dilation = simple ? 1 : oneOf(random, 1, 1, 2);
    const output = between(random, 1, simple ? 13 : 7);
    const seen = (output - 1) * stride + (kernel - 1) * dilation + 1;
    const pad = between(random, 0, Math.min(kernel * dilation - 1, seen - 1));
    return { kernel, stride, dilation, output, pad, input: Math.max(1, seen - pad + between(random, -1, 2)) };
  };
  const [vertical, horizontal] = [axis(), axis()];
  return {
    inputHeight: vertical.input,
    inputWidth: horizontal.input,
    outputHeight: vertical.output,
    outputWidth: horizontal.output,
    kernelHeight: vertical.kernel,
    kernelWidth: horizontal.kernel,
    strideHeight: vertical.stride,
    strideWidth: horizontal.stride,
    dilationHeight: vertical.dilation,
    dilationWidth: horizontal.dilation,
    padTop: vertical.pad,
    padLeft: horizontal.pad,
  };
}

/** One tap that sees every pixel. */
function pointwiseWindow(random: Random): Window {
  const [height, width] = [between(random, 1, 13), between(random, 1, 13)];
  const sizes = { inputHeight: height, inputWidth: width, outputHeight: height, outputWidth: width };
  const kernel = { kernelHeight: 1, kernelWidth: 1, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };
  return { ...sizes, ...kernel, padTop: 0, padLeft: 0 };
}

/** Every third case is one for Winograd, 3×3 with stride 1 on channels that fill whole vectors, and every fourth one with a 1×1 window. */
function convolution(random: Random) {
  const kind = random.uniform();
  const winograd = kind < 0.35;
  const window = kind > 0.75 ? pointwiseWindow(random) : windowOf(random, winograd);
  const channels = () => (winograd ? oneOf(random, 16, 32, 48) : between(random, 1, 37));
  const [inputs, outputs] = [channels(), channels()];
  return {
    x: perSample(window.inputHeight, window.inputWidth, inputs),
    y: perSample(window.outputHeight, window.outputWidth, outputs),
    w: shared(window.kernelHeight, window.kernelWidth, inputs, outputs),
    bias: shared(outputs),
    constants: { window },
  };
}

function depthwise(random: Random) {
  const window = windowOf(random, random.uniform() < 0.3);
  const [channels, multiplier] = [between(random, 1, 37), between(random, 1, 3)];
  return {
    x: perSample(window.inputHeight, window.inputWidth, channels),
    y: perSample(window.outputHeight, window.outputWidth, channels * multiplier),
    w: shared(window.kernelHeight, window.kernelWidth, channels, multiplier),
    bias: shared(channels * multiplier),
    constants: { window },
  };
}

function pooling(random: Random) {
  const window = windowOf(random, false);
  const channels = between(random, 1, 37);
  const x = perSample(window.inputHeight, window.inputWidth, channels);
  return { x, y: perSample(window.outputHeight, window.outputWidth, channels), constants: { window } };
}

function dense(random: Random) {
  const [inputs, outputs] = [between(random, 1, 150), between(random, 1, 40)];
  return { x: perSample(inputs), y: perSample(outputs), w: shared(inputs, outputs), bias: shared(outputs) };
}

function fixedPoint(random: Random) {
  const bits = between(random, 2, 16);
  return { bits, msbBits: between(random, 1, bits), signed: random.uniform() < 0.5 };
}
const activationFunction = (random: Random) => ({ function: oneOf(random, 'relu', 'relu6', 'sigmoid', 'tanh') });

function padded(random: Random) {
  const small = image(random);
  const [top, left] = [between(random, 0, 3), between(random, 0, 3)];
  const [height, width, channels] = small.shape as [number, number, number];
  return {
    small,
    large: perSample(height + top + between(random, 0, 2), width + left + between(random, 0, 2), channels),
    constants: { top, left },
  };
}

function part(random: Random) {
  const small = image(random);
  const offset = between(random, 0, 9);
  const [height, width, channels] = small.shape as [number, number, number];
  return { small, large: perSample(height, width, channels + offset + between(random, 0, 5)), constants: { offset } };
}

/** One case of an operation with odd shapes; every operation is here. */
const caseOf: Readonly<Record<Operation['kind'], (random: Random, batchSize: number) => Case>> = {
  conv2d: (random) => {
    const { x, y, w, bias, constants } = convolution(random);
    return { tensors: { x, w, y, ...maybe(random, 'bias', bias) }, constants };
  },
  conv2dInputGradient: (random) => {
    const { x, y, w, constants } = convolution(random);
    return { tensors: { dy: y, w, dx: x }, constants };
  },
  conv2dWeightGradient: (random) => {
    const { x, y, w, bias, constants } = convolution(random);
    return { tensors: { x, dy: y, dw: w, ...maybe(random, 'dbias', bias) }, constants };
  },
  depthwiseConv2d: (random) => {
    const { x, y, w, bias, constants } = depthwise(random);
    return { tensors: { x, w, y, ...maybe(random, 'bias', bias) }, constants };
  },
  depthwiseConv2dInputGradient: (random) => {
    const { x, y, w, constants } = depthwise(random);
    return { tensors: { dy: y, w, dx: x }, constants };
  },
  depthwiseConv2dWeightGradient: (random) => {
    const { x, y, w, bias, constants } = depthwise(random);
    return { tensors: { x, dy: y, dw: w, ...maybe(random, 'dbias', bias) }, constants };
  },
  dense: (random) => {
    const { x, y, w, bias } = dense(random);
    return { tensors: { x, w, y, ...maybe(random, 'bias', bias) } };
  },
  denseInputGradient: (random) => {
    const { x, y, w } = dense(random);
    return { tensors: { dy: y, w, dx: x } };
  },
  denseWeightGradient: (random) => {
    const { x, y, w, bias } = dense(random);
    return { tensors: { x, dy: y, dw: w, ...maybe(random, 'dbias', bias) } };
  },
  batchNormalization: (random) => {
    const x = image(random);
    const scale = random.uniform() < 0.5 ? statistics(x, 'gamma', 'beta') : {};
    const kept = statistics(x, 'mean', 'inverseDeviation', 'runningMean', 'runningVariance');
    const constants = { momentum: 0.9, epsilon: 1e-3, unbiasedRunningVariance: random.uniform() < 0.5 };
    return { tensors: { x, y: x, ...scale, ...kept }, constants };
  },
  batchNormalizationGradient: (random) => {
    const x = image(random);
    const scale = random.uniform() < 0.5 ? statistics(x, 'gamma', 'dgamma', 'dbeta') : {};
    return { tensors: { x, dy: x, dx: x, ...scale, ...statistics(x, 'mean', 'inverseDeviation') } };
  },
  batchNormalizationInference: (random) => {
    const x = image(random);
    const scale = random.uniform() < 0.5 ? statistics(x, 'gamma', 'beta') : {};
    return { tensors: { x, y: x, ...scale, ...statistics(x, 'runningMean', 'runningVariance') }, constants: { epsilon: 1e-3 } };
  },
  activation: (random) => {
    const x = image(random);
    return { tensors: { x, y: x }, constants: activationFunction(random) };
  },
  activationGradient: (random) => {
    const y = image(random);
    return { tensors: { y, dy: y, dx: y }, constants: activationFunction(random) };
  },
  add: (random) => {
    const a = image(random);
    return { tensors: { a, b: a, y: a } };
  },
  maxPooling2d: (random) => {
    const { x, y, constants } = pooling(random);
    return { tensors: { x, y }, constants };
  },
  maxPooling2dGradient: (random) => {
    const { x, y, constants } = pooling(random);
    return { tensors: { x, y, dy: y, dx: x }, constants };
  },
  averagePooling2d: (random) => {
    const { x, y, constants } = pooling(random);
    return { tensors: { x, y }, constants };
  },
  averagePooling2dGradient: (random) => {
    const { x, y, constants } = pooling(random);
    return { tensors: { dy: y, dx: x }, constants };
  },
  globalAveragePooling2d: (random) => {
    const x = image(random);
    return { tensors: { x, y: perSample(x.shape.at(-1)!) } };
  },
  globalAveragePooling2dGradient: (random) => {
    const dx = image(random);
    return { tensors: { dy: perSample(dx.shape.at(-1)!), dx } };
  },
  zeroPadding2d: (random) => {
    const { small, large, constants } = padded(random);
    return { tensors: { x: small, y: large }, constants };
  },
  zeroPadding2dGradient: (random) => {
    const { small, large, constants } = padded(random);
    return { tensors: { dy: large, dx: small }, constants };
  },
  concatenatePart: (random) => {
    const { small, large, constants } = part(random);
    return { tensors: { part: small, whole: large }, constants };
  },
  concatenatePartGradient: (random) => {
    const { small, large, constants } = part(random);
    return { tensors: { dwhole: large, dpart: small }, constants };
  },
  dropout: (random) => {
    const x = image(random);
    return { tensors: { x, y: x, seed }, constants: { rate: 0.4 } };
  },
  dropoutGradient: (random) => {
    const dy = image(random);
    return { tensors: { dy, dx: dy, seed }, constants: { rate: 0.4 } };
  },
  copy: (random) => {
    const x = image(random);
    return { tensors: { x, y: perSample(x.shape.reduce((product, size) => product * size, 1)) } };
  },
  accumulate: (random) => {
    const x = image(random);
    return { tensors: { x, into: x } };
  },
  softmax: (random) => {
    const x = perSample(between(random, 1, 40));
    return { tensors: { x, y: x } };
  },
  softmaxCrossEntropy: (random) => {
    const logits = perSample(between(random, 1, 40));
    const labels: Tensor = { shape: [1], perSample: true, type: 'int32' };
    return { tensors: { logits, labels, metrics: shared(3), ...maybe(random, 'dlogits', logits) } };
  },
  quantizationRange: (random) => {
    const x = image(random);
    const constants = { of: oneOf(random, 'mean', 'maximum'), momentum: 0.1 };
    return { tensors: { x, range: shared(1), ...maybe(random, 'running', shared(1)) }, constants };
  },
  quantize: (random) => {
    const x = image(random);
    return { tensors: { x, range: shared(1), ...maybe(random, 'y', x), ...maybe(random, 'msb', x) }, constants: fixedPoint(random) };
  },
  quantizeWeights: (random) => {
    const { w } = convolution(random);
    const constants = { ...fixedPoint(random), channels: w.shape[3]! };
    return { tensors: { w, ...maybe(random, 'y', w), ...maybe(random, 'msb', w) }, constants };
  },
  conv2dPredictorGradient: (random) => {
    const { x, y, w, constants } = convolution(random);
    const gradientBits = between(random, 2, 16);
    return {
      tensors: { x, dy: y, dw: w, range: shared(1), gradientRange: shared(1) },
      constants: { ...constants, ...fixedPoint(random), gradientBits },
    };
  },
  predictiveGradient: (random) => {
    const g = shared(between(random, 1, 300));
    const constants = { signs: random.uniform() < 0.5 };
    return { tensors: { predicted: g, full: g, g, threshold: shared(1), metrics: shared(2) }, constants };
  },
  sign: (random) => {
    const x = random.uniform() < 0.5 ? image(random) : shared(between(random, 1, 300));
    return { tensors: { x, y: x } };
  },
  sgdMomentum: (random) => {
    const w = shared(between(random, 1, 300));
    return { tensors: { w, g: w, v: w, learningRate: shared(1) }, constants: { momentum: 0.9, weightDecay: 1e-4 } };
  },
  ...gateCases,
};

const operationKinds = Object.keys(caseOf) as Operation['kind'][];

/** Everything that is checked, by name: each operation alone, and those in a row that the engine makes one pass of. */
const sequenceOf: Readonly<Record<string, (random: Random, batchSize: number) => Sequence>> = {
  ...Object.fromEntries(operationKinds.map((kind) => [kind, alone(kind)])),
  ...fusedCases,
};
export const caseNames: readonly string[] = Object.keys(sequenceOf);

function alone(kind: Operation['kind']) {
  return (random: Random, batchSize: number): Sequence => {
    const { tensors, constants } = caseOf[kind](random, batchSize);
    const names = Object.fromEntries(Object.keys(tensors).map((name) => [name, name]));
    return { tensors, operations: [{ kind, constants: constants ?? {}, tensors: names }] };
  };
}

export interface OperationCase {
  readonly program: Program;
  readonly samples: number;
  /** What every tensor holds before the run. */
  readonly values: ReadonlyMap<number, Float32Array | Int32Array>;
}

/** A program of one section, on all samples, on the first few, or on listed ones. */
export function operationCase(name: string, random: Random): OperationCase {
  const batchSize = between(random, 1, 5);
  const { tensors: named, operations } = sequenceOf[name]!(random, batchSize);
  const listed = Object.values(named).some((tensor) => tensor.perSample) && random.uniform() < 0.4;
  const list: Tensor = { shape: [batchSize + 1], perSample: false, type: 'int32' };
  const tensors = Object.entries(listed ? { ...named, samples: list } : named).map(
    ([tensorName, tensor], id): TensorSpecification => ({ role: 'state', ...tensor, id, name: tensorName }),
  );
  const ids = Object.fromEntries(tensors.map(({ id, name: tensorName }) => [tensorName, id]));
  const section = operations.map(({ kind, constants, tensors: fields }) => {
    const places = Object.entries(fields).map(([field, tensorName]) => [field, ids[tensorName]]);
    return { kind, ...constants, ...Object.fromEntries(places), ...(listed && { samples: ids.samples }) } as unknown as Operation;
  });
  const chosen = Array.from({ length: batchSize }, (_, i) => i).filter(() => random.uniform() < 0.6);
  const valuesOf = ({ name: tensorName, shape, perSample: each, type }: TensorSpecification) => {
    if (tensorName === 'samples')
      return Int32Array.from({ length: batchSize + 1 }, (_, i) => (i === 0 ? chosen.length : (chosen[i - 1] ?? 0)));
    const count = shape.reduce((product, size) => product * size, each ? batchSize : 1);
    if (type === 'int32')
      return Int32Array.from({ length: count }, () => between(random, 0, named.logits ? named.logits.shape[0]! - 1 : 1000));
    // A variance is positive, and so is a range.
    return Float32Array.from({ length: count }, () =>
      /variance|deviation|range/i.test(tensorName) ? random.uniform() + 0.1 : 2 * random.uniform() - 1,
    );
  };
  return {
    program: { batchSize, tensors, sections: { only: section } },
    samples: between(random, 1, batchSize),
    values: new Map(tensors.filter(({ role }) => role === 'state').map((tensor) => [tensor.id, valuesOf(tensor)])),
  };
}
