import type { Operation, Program, TensorId, TensorSpecification } from '../program';
import { addInPlace } from './add-in-place';
import { type ChainedStep, chainSteps } from './chains';
import { fuseSteps } from './fuse';
import { activationCodes } from './kernel-layout';
import { lowerConvolution, lowerInputGradient, lowerWeightGradient } from './lower-convolution';
import { lowerDepthwise, lowerDepthwiseInputGradient, lowerDepthwiseWeightGradient } from './lower-depthwise';
import { lowerGateOperation } from './lower-gates';
import { lowerPredictiveGradient, lowerPredictorGradient, lowerQuantizationRange } from './lower-predictive-gradient';
import { packedWeights } from './pack-weights';
import { rangesFirst } from './ranges-first';
import { replaceInputs } from './replace-inputs';
import { sharedConstants } from './shared-constants';
import { type Channels, type LoweringTarget, StepBuilder, tensorBytes, type WorkTensor } from './step';

const { denseRows, metricsOfSample } = sharedConstants;
/** A batch normalization as it is before the fusion. */
const nothingFused = { addend: undefined, function: activationCodes.linear };
const noMask = { shortcut: undefined, dmasks: undefined, gate: 0, gates: 0 };

export interface LoweredSection {
  readonly name: string;
  readonly steps: readonly ChainedStep[];
  readonly workTensors: readonly WorkTensor[];
  readonly scratchBytesPerThread: number;
}

/** Every operation as one or more steps of the kernels. */
export function lowerProgram(program: Program, target: LoweringTarget, batchSize: number): LoweredSection[] {
  const tensors = new Map(program.tensors.map((tensor) => [tensor.id, tensor]));
  const firstWorkId = 1 + program.tensors.reduce((largest, { id }) => Math.max(largest, id), -1);
  return Object.entries(program.sections).map(([name, operations]) => {
    const builder = new StepBuilder(target, batchSize, firstWorkId);
    for (const operation of operations) lowerOperation(builder, operation, tensors);
    const bytesPerSample = (id: TensorId) => {
      const tensor = tensors.get(id);
      return tensor?.perSample ? tensorBytes(tensor, 1) : undefined;
    };
    const { workTensors, scratchBytesPerThread } = builder;
    const temporaryBytes = (id: TensorId) => (tensors.get(id)?.role === 'temporary' ? bytesPerSample(id) : undefined);
    const fused = fuseSteps(builder.steps, (id) => temporaryBytes(id) !== undefined);
    const added = addInPlace(fused, (id) => tensors.get(id)?.role === 'temporary');
    const steps = replaceInputs(rangesFirst(added, builder), temporaryBytes);
    return { name, steps: chainSteps(steps, bytesPerSample), workTensors, scratchBytesPerThread };
  });
}

function lowerOperation(builder: StepBuilder, operation: Operation, tensors: ReadonlyMap<TensorId, TensorSpecification>): void {
  const { samples } = operation;
  const tensor = (id: TensorId) => tensors.get(id)!;
  const elements = (id: TensorId) => tensor(id).shape.reduce((product, size) => product * size, 1);
  const lastAxis = (id: TensorId) => tensor(id).shape.at(-1) ?? 1;
  const perSample = (id: TensorId) => Number(tensor(id).perSample);
  const image = (id: TensorId) => ({ pixels: elements(id) / lastAxis(id), channels: lastAxis(id) });
  const convolutionChannels = (w: TensorId) => ({ input: tensor(w).shape[2]!, output: tensor(w).shape[3]! });
  const depthwiseShape = (w: TensorId) => ({ channels: tensor(w).shape[2]!, multiplier: tensor(w).shape[3]! });
  const elementwise = <K extends 'activation' | 'activationGradient' | 'add' | 'copy' | 'sign'>(
    kernel: K,
    fields: Parameters<typeof builder.onSamples<K>>[2],
    id: TensorId,
  ) => (tensor(id).perSample ? builder.onSamples(kernel, samples, fields) : builder.acrossSamples(kernel, undefined, fields));

  switch (operation.kind) {
    case 'conv2d':
      lowerConvolution(builder, operation, convolutionChannels(operation.w));
      break;
    case 'conv2dInputGradient':
      lowerInputGradient(builder, operation, convolutionChannels(operation.w));
      break;
    case 'conv2dWeightGradient':
      lowerWeightGradient(builder, operation, convolutionChannels(operation.dw));
      break;
    case 'depthwiseConv2d':
      lowerDepthwise(builder, operation, depthwiseShape(operation.w));
      break;
    case 'depthwiseConv2dInputGradient':
      lowerDepthwiseInputGradient(builder, operation, depthwiseShape(operation.w));
      break;
    case 'depthwiseConv2dWeightGradient':
      lowerDepthwiseWeightGradient(builder, operation, depthwiseShape(operation.dw));
      break;
    case 'dense': {
      const { x, w, y } = operation;
      const channels = { input: elements(x), output: elements(y) };
      lowerDense(builder, packedWeights(builder, w, channels, 0), channels, operation);
      break;
    }
    case 'denseInputGradient': {
      const { dy, w, dx } = operation;
      const channels = { input: elements(dx), output: elements(dy) };
      const turned = { input: channels.output, output: channels.input };
      lowerDense(builder, packedWeights(builder, w, channels, 1), turned, { x: dy, bias: undefined, y: dx, samples });
      break;
    }
    case 'denseWeightGradient': {
      const { x, dy, dw, dbias } = operation;
      builder.acrossSamples('denseWeightGradient', samples, { x, dy, dw, dbias, inputs: elements(x), outputs: elements(dy), adds: 0 });
      break;
    }
    case 'batchNormalization': {
      const { kind: _, samples: __, unbiasedRunningVariance, ...rest } = operation;
      const { pixels, channels } = image(rest.x);
      const moments = builder.workTensor(builder.batchSize * 2 * channels);
      builder.onSamples('sampleMoments', samples, { x: rest.x, moments, extrema: undefined, pixels, channels });
      const factors = builder.workTensor(builder.target.threads * 3 * channels);
      const fields = { ...rest, ...nothingFused, gamma: rest.gamma, beta: rest.beta, moments, factors, pixels, channels };
      builder.onSamples('batchNormalization', samples, { ...fields, unbiasedRunningVariance: Number(unbiasedRunningVariance) });
      break;
    }
    case 'batchNormalizationGradient': {
      const { x, dy, gamma, mean, inverseDeviation, dx, dgamma, dbeta } = operation;
      const { pixels, channels } = image(x);
      const sums = builder.workTensor(builder.batchSize * 2 * channels);
      const unfused = { ...nothingFused, ofMean: undefined, y: undefined, g: undefined, ...noMask };
      builder.onSamples('sampleGradientSums', samples, { x, dy, ...unfused, mean, inverseDeviation, sums, pixels, channels });
      const factors = builder.workTensor(builder.target.threads * 3 * channels);
      const fields = { x, dy, gamma, mean, inverseDeviation, sums, factors, dx, dgamma, dbeta, maxima: undefined, pixels, channels };
      builder.onSamples('batchNormalizationGradient', samples, fields);
      break;
    }
    case 'batchNormalizationInference': {
      const { x, gamma, beta, y, runningMean, runningVariance, epsilon } = operation;
      const { pixels, channels } = image(x);
      const factors = builder.workTensor(builder.target.threads * 2 * channels);
      const fields = { x, ...nothingFused, gamma, beta, y, factors, runningMean, runningVariance, pixels, channels, epsilon };
      builder.onSamples('batchNormalizationInference', samples, fields);
      break;
    }
    case 'activation': {
      const { x, y } = operation;
      const code = activationCodes[operation.function];
      elementwise('activation', { x, y, elements: elements(y), perSample: perSample(y), function: code }, y);
      break;
    }
    case 'activationGradient': {
      const { y, dy, dx } = operation;
      const code = activationCodes[operation.function];
      elementwise('activationGradient', { y, dy, dx, elements: elements(y), perSample: perSample(y), function: code }, y);
      break;
    }
    case 'add': {
      const { a, b, y } = operation;
      elementwise('add', { a, b, y, elements: elements(y), perSample: perSample(y) }, y);
      break;
    }
    case 'accumulate': {
      const { x, into } = operation;
      elementwise('add', { a: into, b: x, y: into, elements: elements(into), perSample: perSample(into) }, into);
      break;
    }
    case 'copy': {
      const { x, y } = operation;
      elementwise('copy', { x, y, elements: elements(y), perSample: perSample(y) }, y);
      break;
    }
    case 'maxPooling2d':
    case 'averagePooling2d': {
      const { x, y, window } = operation;
      const kernel = operation.kind === 'maxPooling2d' ? 'maxPooling' : 'averagePooling';
      builder.onSamples(kernel, samples, { x, y, ...poolingFields(window, lastAxis(x)) });
      break;
    }
    case 'maxPooling2dGradient': {
      const { x, y, dy, dx, window } = operation;
      builder.onSamples('maxPoolingGradient', samples, { x, y, dy, dx, ...poolingFields(window, lastAxis(x)) });
      break;
    }
    case 'averagePooling2dGradient': {
      const { dy, dx, window } = operation;
      builder.onSamples('averagePoolingGradient', samples, { dy, dx, ...poolingFields(window, lastAxis(dx)) });
      break;
    }
    case 'globalAveragePooling2d':
      builder.onSamples('globalAveragePooling', samples, { x: operation.x, y: operation.y, ...image(operation.x) });
      break;
    case 'globalAveragePooling2dGradient':
      builder.onSamples('globalAveragePoolingGradient', samples, { dy: operation.dy, dx: operation.dx, ...image(operation.dx) });
      break;
    case 'zeroPadding2d': {
      const { x, y, top, left } = operation;
      builder.onSamples('intoBox', samples, { part: x, whole: y, clear: 1, ...boxFields(tensor(x), tensor(y), top, left, 0) });
      break;
    }
    case 'zeroPadding2dGradient': {
      const { dy, dx, top, left } = operation;
      builder.onSamples('fromBox', samples, { whole: dy, part: dx, ...boxFields(tensor(dx), tensor(dy), top, left, 0) });
      break;
    }
    case 'concatenatePart': {
      const { part, whole, offset } = operation;
      builder.onSamples('intoBox', samples, { part, whole, clear: 0, ...boxFields(tensor(part), tensor(whole), 0, 0, offset) });
      break;
    }
    case 'concatenatePartGradient': {
      const { dwhole, dpart, offset } = operation;
      const fields = boxFields(tensor(dpart), tensor(dwhole), 0, 0, offset);
      builder.onSamples('fromBox', samples, { whole: dwhole, part: dpart, ...fields });
      break;
    }
    case 'dropout': {
      const { x, y, seed, rate } = operation;
      builder.onSamples('dropout', samples, { x, y, seed, elements: elements(x), rate });
      break;
    }
    case 'dropoutGradient': {
      const { dy, dx, seed, rate } = operation;
      builder.onSamples('dropout', samples, { x: dy, y: dx, seed, elements: elements(dx), rate });
      break;
    }
    case 'softmax':
      builder.onSamples('softmax', samples, { x: operation.x, y: operation.y, classes: elements(operation.x) });
      break;
    case 'softmaxCrossEntropy': {
      const { logits, labels, metrics, dlogits } = operation;
      const classes = elements(logits);
      const perSampleMetrics = builder.workTensor(builder.batchSize * metricsOfSample);
      builder.onSamples('crossEntropy', samples, { logits, labels, dlogits, perSample: perSampleMetrics, classes }, classes);
      builder.acrossSamples('sumMetrics', samples, { perSample: perSampleMetrics, metrics });
      break;
    }
    case 'quantizationRange':
      lowerQuantizationRange(builder, operation, elements(operation.x));
      break;
    case 'quantize': {
      const { x, range, y, msb, bits, msbBits, signed } = operation;
      builder.onSamples('quantize', samples, { x, range, y, msb, elements: elements(x), bits, msbBits, isSigned: Number(signed) });
      break;
    }
    case 'quantizeWeights': {
      const { w, y, msb, channels, bits, msbBits } = operation;
      builder.acrossSamples('quantizeWeights', undefined, { w, y, msb, rows: elements(w) / channels, channels, bits, msbBits });
      break;
    }
    case 'conv2dPredictorGradient':
      lowerPredictorGradient(builder, operation, convolutionChannels(operation.dw));
      break;
    case 'predictiveGradient':
      lowerPredictiveGradient(builder, operation, elements(operation.g));
      break;
    case 'sign': {
      const { x, y } = operation;
      elementwise('sign', { x, y, elements: elements(y), perSample: perSample(y) }, y);
      break;
    }
    case 'sgdMomentum': {
      const { w, g, v, learningRate, momentum, weightDecay } = operation;
      builder.acrossSamples('sgdMomentum', undefined, { w, g, v, learningRate, elements: elements(w), momentum, weightDecay });
      break;
    }
    case 'lstmCell':
    case 'lstmCellGradient':
    case 'gate':
    case 'listSamples':
    case 'mixSamples':
    case 'maskGradient':
    case 'gateCost':
    case 'gateGradient':
    case 'gateMean':
      lowerGateOperation(builder, operation, elements);
      break;
  }
}

/** y = x·packed + bias for each sample. */
function lowerDense(
  builder: StepBuilder,
  packed: TensorId,
  { input: inputs, output: outputs }: Channels,
  { x, bias, y, samples }: { x: TensorId; bias?: TensorId | undefined; y: TensorId; samples?: TensorId | undefined },
): void {
  builder.onSamples('dense', samples, { x, packed, bias, y, inputs, outputs }, denseRows * (inputs + outputs), denseRows);
}

function poolingFields(window: Extract<Operation, { kind: 'maxPooling2d' }>['window'], channels: number) {
  const { inputHeight: sourceHeight, inputWidth: sourceWidth, ...rest } = window;
  return { ...rest, sourceHeight, sourceWidth, channels };
}

function boxFields(part: TensorSpecification, whole: TensorSpecification, top: number, left: number, offset: number) {
  const [height, width, channels] = asImage(part.shape);
  const [wholeHeight, wholeWidth, wholeChannels] = asImage(whole.shape);
  return { height, width, channels, wholeHeight, wholeWidth, wholeChannels, top, left, offset };
}

/** A vector or a matrix as an image whose last axis is the channels. */
function asImage(shape: readonly number[]): [number, number, number] {
  const channels = shape.at(-1) ?? 1;
  const width = shape.at(-2) ?? 1;
  return [shape.slice(0, -2).reduce((product, size) => product * size, 1), width, channels];
}
