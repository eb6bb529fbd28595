import type { Random } from '../../platform/random';
import { between, image, oneOf, perSample, type Sequence, shared, statistics, type Tensor } from './case-parts';

/** Batch normalization with its neighbours as a residual network has them, which `fuse.ts` makes one pass of. */

const temporary = (tensor: Tensor): Tensor => ({ ...tensor, role: 'temporary' });
const named = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));
const rectifier = (random: Random) => ({ function: oneOf(random, 'relu', 'relu6') });

/** Normalization, then often the addition of a shortcut, then often an activation; one of both always. */
function forward(random: Random, kind: 'batchNormalization' | 'batchNormalizationInference'): Sequence {
  const x = image(random);
  const added = random.uniform() < 0.6;
  const activated = !added || random.uniform() < 0.6;
  const scale = random.uniform() < 0.5 ? ['gamma', 'beta'] : [];
  const running = ['runningMean', 'runningVariance'];
  const kept = kind === 'batchNormalization' ? ['mean', 'inverseDeviation', ...running] : running;
  const constants =
    kind === 'batchNormalization' ? { momentum: 0.9, epsilon: 1e-3, unbiasedRunningVariance: random.uniform() < 0.5 } : { epsilon: 1e-3 };
  const sum = activated ? 'sum' : 'y';
  const beforeActivation = added ? sum : 'normalized';
  return {
    tensors: {
      ...{ x, y: x, normalized: temporary(x), ...statistics(x, ...scale, ...kept) },
      ...(added && { shortcut: x, ...(activated && { sum: temporary(x) }) }),
    },
    operations: [
      { kind, constants, tensors: { ...named('x', ...scale, ...kept), y: 'normalized' } },
      ...(added ? [{ kind: 'add' as const, constants: {}, tensors: { a: 'normalized', b: 'shortcut', y: sum } }] : []),
      ...(activated ? [{ kind: 'activation' as const, constants: rectifier(random), tensors: { x: beforeActivation, y: 'y' } }] : []),
    ],
  };
}

/**
 * Often the sum of two gradients, or of one and the part that each pixel has in the gradient of their mean, and often the gradient of a gated
 * block's mask; then the gradient of an activation, then that of the normalization before it.
 */
function backward(random: Random): Sequence {
  const x = image(random);
  const added = oneOf(random, 'nothing', 'image', 'mean');
  const masked = random.uniform() < 0.5;
  const gates = between(random, 1, 5);
  const scale = random.uniform() < 0.5 ? ['gamma', 'dgamma', 'dbeta'] : [];
  const kept = ['mean', 'inverseDeviation'];
  const arriving = added === 'nothing' ? 'dy' : 'sum';
  return {
    tensors: {
      ...{ x, y: x, dy: x, dx: x, dactivated: temporary(x), ...statistics(x, ...scale, ...kept) },
      ...(added !== 'nothing' && { sum: temporary(x) }),
      ...(added === 'image' && { other: x }),
      ...(added === 'mean' && { dpooled: perSample(x.shape.at(-1)!), other: temporary(x) }),
      ...(masked && { shortcut: x, dmasks: perSample(gates) }),
    },
    operations: [
      ...(added === 'mean'
        ? [{ kind: 'globalAveragePooling2dGradient' as const, constants: {}, tensors: { dy: 'dpooled', dx: 'other' } }]
        : []),
      ...(added === 'nothing' ? [] : [{ kind: 'add' as const, constants: {}, tensors: { a: 'dy', b: 'other', y: 'sum' } }]),
      ...(masked
        ? [
            {
              kind: 'maskGradient' as const,
              constants: { gate: between(random, 0, gates - 1) },
              tensors: { dy: arriving, a: 'y', b: 'shortcut', dmasks: 'dmasks' },
            },
          ]
        : []),
      {
        kind: 'activationGradient',
        constants: rectifier(random),
        tensors: { y: 'y', dy: arriving, dx: 'dactivated' },
      },
      {
        kind: 'batchNormalizationGradient',
        constants: {},
        tensors: { ...named('x', 'dx', ...scale, ...kept), dy: 'dactivated' },
      },
    ],
  };
}

/** Normalization, often an activation, and fixed point, whose range `ranges-first.ts` then takes before either is computed. */
function intoFixedPoint(random: Random): Sequence {
  const x = image(random);
  const activated = random.uniform() < 0.7;
  const kept = ['gamma', 'beta', 'mean', 'inverseDeviation', 'runningMean', 'runningVariance'];
  const normalization = { momentum: 0.9, epsilon: 1e-3, unbiasedRunningVariance: random.uniform() < 0.5 };
  const bits = between(random, 2, 16);
  return {
    tensors: {
      x,
      y: x,
      quantized: x,
      range: shared(1),
      running: shared(1),
      ...statistics(x, ...kept),
      ...(activated && { normalized: temporary(x) }),
    },
    operations: [
      { kind: 'batchNormalization', constants: normalization, tensors: { ...named('x', ...kept), y: activated ? 'normalized' : 'y' } },
      ...(activated ? [{ kind: 'activation' as const, constants: rectifier(random), tensors: { x: 'normalized', y: 'y' } }] : []),
      {
        kind: 'quantizationRange',
        constants: { of: oneOf(random, 'mean', 'maximum'), momentum: 0.1 },
        tensors: { x: 'y', ...named('range', 'running') },
      },
      { kind: 'quantize', constants: { bits, msbBits: bits, signed: !activated }, tensors: { x: 'y', range: 'range', y: 'quantized' } },
    ],
  };
}

/** Gradients whose only reader adds them to another tensor, which `add-in-place.ts` leaves to the kernel that computes them. */
function added(random: Random): Sequence {
  return random.uniform() < 0.5 ? addedInputGradient(random) : addedWeightGradients(random);
}

function addedInputGradient(random: Random): Sequence {
  // Sizes of which Winograd's tiles are mostly full: others are not its.
  const [height, width] = [oneOf(random, 3, 4, 7, 11), oneOf(random, 3, 4, 8, 11)];
  const [inputs, outputs] = [oneOf(random, 16, 32), oneOf(random, 16, 32)];
  const sizes = { inputHeight: height, inputWidth: width, outputHeight: height, outputWidth: width };
  const kernel = { kernelHeight: 3, kernelWidth: 3, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };
  const dx = perSample(height, width, inputs);
  return {
    tensors: { dy: perSample(height, width, outputs), w: shared(3, 3, inputs, outputs), dx: temporary(dx), into: dx },
    operations: [
      {
        kind: 'conv2dInputGradient',
        constants: { window: { ...sizes, ...kernel, padTop: 1, padLeft: 1 } },
        tensors: named('dy', 'w', 'dx'),
      },
      { kind: 'accumulate', constants: {}, tensors: { x: 'dx', into: 'into' } },
    ],
  };
}

function addedWeightGradients(random: Random): Sequence {
  const [inputs, outputs] = [between(random, 1, 40), between(random, 1, 40)];
  const [dw, dbias] = [shared(inputs, outputs), shared(outputs)];
  return {
    tensors: { x: perSample(inputs), dy: perSample(outputs), dw: temporary(dw), dbias: temporary(dbias), weights: dw, bias: dbias },
    operations: [
      { kind: 'denseWeightGradient', constants: {}, tensors: named('x', 'dy', 'dw', 'dbias') },
      { kind: 'accumulate', constants: {}, tensors: { x: 'dw', into: 'weights' } },
      { kind: 'accumulate', constants: {}, tensors: { x: 'dbias', into: 'bias' } },
    ],
  };
}

export const fusedCases: Readonly<Record<string, (random: Random) => Sequence>> = {
  'normalization, addition, activation': (random) => forward(random, 'batchNormalization'),
  'inference of normalization, addition, activation': (random) => forward(random, 'batchNormalizationInference'),
  'gradients of addition, mask, activation, normalization': backward,
  'normalization, activation, range, fixed point': intoFixedPoint,
  'gradients added to what is there': added,
};
