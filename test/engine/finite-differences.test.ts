import { describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine';
import type { Window } from '../../src/engine/program';
import { Random } from '../../src/platform/random';
import { type TestedBuild, testedBuilds, withEngine } from './engine-builds';
import { type NamedTensor, operationProgram } from './operation-program';

/**
 * Every gradient kernel against central differences of its own forward kernel, along one random direction: for y = f(x), any dy and any v,
 * Σ dx·v must be Σ dy·(f(x + εv) − f(x − εv)) / 2ε. Where f is linear the difference is exact for every ε, and the tolerance that of float32 sums.
 */

interface GradientCase {
  readonly name: string;
  readonly forward: Readonly<Record<string, unknown>>;
  readonly gradient: Readonly<Record<string, unknown>>;
  /** Tensors of both; those named in neither `input` nor `output` keep what they are given. */
  readonly tensors: Readonly<Record<string, NamedTensor>>;
  /** What is perturbed, and where its gradient lies. */
  readonly input: string;
  readonly inputGradient: string;
  readonly output: string;
  /** The gradient of the output, which is drawn; absent where the operation's own output is a loss. */
  readonly outputGradient?: string;
  readonly epsilon: number;
}

const batchSize = 3;
const image = (height: number, width: number, channels: number): NamedTensor => ({
  shape: [height, width, channels],
  perSample: true,
  type: 'float32',
});
const shared = (...shape: number[]): NamedTensor => ({ shape, perSample: false, type: 'float32' });
const vector = (...shape: number[]): NamedTensor => ({ shape, perSample: true, type: 'float32' });

/** 7×6 pixels under a 3×3 window that steps by 2 and 1, one pixel of zeros above and to the left. */
const window: Window = {
  inputHeight: 7,
  inputWidth: 6,
  outputHeight: 4,
  outputWidth: 6,
  kernelHeight: 3,
  kernelWidth: 3,
  strideHeight: 2,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  padTop: 1,
  padLeft: 1,
};
/** Relative to the lengths of gradient and direction. */
const tolerance = 2e-5;
const linear = { epsilon: 0.5 };
/** Rounding grows as ε shrinks, curvature as it grows: for float32 they meet near the cube root of its precision. */
const curved = { epsilon: 5e-3 };

const convolution = { x: image(7, 6, 5), w: shared(3, 3, 5, 8), bias: shared(8), y: image(4, 6, 8), dy: image(4, 6, 8) };
const depthwise = { x: image(7, 6, 5), w: shared(3, 3, 5, 2), bias: shared(10), y: image(4, 6, 10), dy: image(4, 6, 10) };
const dense = { x: vector(11), w: shared(11, 6), bias: shared(6), y: vector(6), dy: vector(6) };
const normalization = {
  ...{ x: image(4, 5, 6), gamma: shared(6), beta: shared(6), y: image(4, 5, 6), dy: image(4, 5, 6), dx: image(4, 5, 6) },
  ...{
    mean: shared(6),
    inverseDeviation: shared(6),
    runningMean: shared(6),
    runningVariance: shared(6),
    dgamma: shared(6),
    dbeta: shared(6),
  },
};

function weighted(kind: string, tensors: typeof convolution | typeof dense, hasWindow: boolean): GradientCase[] {
  const geometry = hasWindow ? { window } : {};
  const forward = { kind, x: 'x', w: 'w', bias: 'bias', y: 'y', ...geometry };
  const weights = { kind: `${kind}WeightGradient`, x: 'x', dy: 'dy', dw: 'dw', dbias: 'dbias', ...geometry };
  const inputs = { kind: `${kind}InputGradient`, dy: 'dy', w: 'w', dx: 'dx', ...geometry };
  const all = { ...tensors, dx: tensors.x, dw: tensors.w, dbias: tensors.bias };
  const common = { forward, tensors: all, output: 'y', outputGradient: 'dy', ...linear };
  return [
    { ...common, name: `${kind} by its input`, gradient: inputs, input: 'x', inputGradient: 'dx' },
    { ...common, name: `${kind} by its weights`, gradient: weights, input: 'w', inputGradient: 'dw' },
    { ...common, name: `${kind} by its bias`, gradient: weights, input: 'bias', inputGradient: 'dbias' },
  ];
}

function normalizationCase(input: string, inputGradient: string): GradientCase {
  const statistics = { mean: 'mean', inverseDeviation: 'inverseDeviation' };
  const running = {
    runningMean: 'runningMean',
    runningVariance: 'runningVariance',
    momentum: 0.9,
    epsilon: 1e-5,
    unbiasedRunningVariance: true,
  };
  return {
    name: `batchNormalization by its ${input}`,
    forward: { kind: 'batchNormalization', x: 'x', gamma: 'gamma', beta: 'beta', y: 'y', ...statistics, ...running },
    gradient: {
      kind: 'batchNormalizationGradient',
      x: 'x',
      dy: 'dy',
      gamma: 'gamma',
      ...statistics,
      dx: 'dx',
      dgamma: 'dgamma',
      dbeta: 'dbeta',
    },
    tensors: normalization,
    input,
    inputGradient,
    output: 'y',
    outputGradient: 'dy',
    ...curved,
  };
}

/** An operation with one input and one output; its gradient reads what is named. */
function unary(
  kind: string,
  x: NamedTensor,
  y: NamedTensor,
  rest: Readonly<Record<string, unknown>>,
  reads: readonly string[],
  precision: { epsilon: number },
): GradientCase {
  const read = Object.fromEntries(reads.map((name) => [name, name]));
  return {
    name: [kind, rest.function].filter(Boolean).join(' '),
    forward: { kind, x: 'x', y: 'y', ...rest },
    gradient: { kind: `${kind}Gradient`, ...read, dy: 'dy', dx: 'dx', ...rest },
    tensors: { x, y, dy: y, dx: x, ...(rest.seed ? { seed: { shape: [1], perSample: false, type: 'int32' as const } } : {}) },
    input: 'x',
    inputGradient: 'dx',
    output: 'y',
    outputGradient: 'dy',
    ...precision,
  };
}

const mix = { masks: vector(3), a: image(4, 5, 6), b: image(4, 5, 6), y: image(4, 5, 6), dy: image(4, 5, 6) };

function lstmCase(input: string, inputGradient: string): GradientCase {
  const tensors = {
    x: vector(28),
    previous: vector(7),
    cell: vector(7),
    y: vector(7),
    dy: vector(7),
    dx: vector(28),
    dprevious: vector(7),
  };
  return {
    name: `lstmCell by its ${input}`,
    forward: { kind: 'lstmCell', z: 'x', previous: 'previous', cell: 'cell', h: 'y' },
    gradient: { kind: 'lstmCellGradient', z: 'x', previous: 'previous', cell: 'cell', dh: 'dy', dz: 'dx', dprevious: 'dprevious' },
    tensors,
    input,
    inputGradient,
    output: 'y',
    outputGradient: 'dy',
    ...curved,
  };
}

const pooled = image(4, 6, 5);
const cases: GradientCase[] = [
  ...weighted('conv2d', convolution, true),
  ...weighted('depthwiseConv2d', depthwise, true),
  ...weighted('dense', dense, false),
  normalizationCase('x', 'dx'),
  normalizationCase('gamma', 'dgamma'),
  normalizationCase('beta', 'dbeta'),
  ...['relu', 'relu6', 'sigmoid', 'tanh'].map((name) =>
    unary('activation', image(4, 5, 6), image(4, 5, 6), { function: name }, ['y'], curved),
  ),
  unary('maxPooling2d', image(7, 6, 5), pooled, { window }, ['x', 'y'], curved),
  unary('averagePooling2d', image(7, 6, 5), pooled, { window }, [], linear),
  unary('globalAveragePooling2d', image(7, 6, 5), vector(5), {}, [], linear),
  unary('zeroPadding2d', image(4, 5, 3), image(7, 9, 3), { top: 1, left: 3 }, [], linear),
  unary('dropout', image(4, 5, 6), image(4, 5, 6), { rate: 0.4, seed: 'seed' }, [], linear),
  {
    name: 'concatenatePart',
    forward: { kind: 'concatenatePart', part: 'x', whole: 'y', offset: 2 },
    gradient: { kind: 'concatenatePartGradient', dwhole: 'dy', dpart: 'dx', offset: 2 },
    tensors: { x: image(4, 5, 3), y: image(4, 5, 9), dy: image(4, 5, 9), dx: image(4, 5, 3) },
    input: 'x',
    inputGradient: 'dx',
    output: 'y',
    outputGradient: 'dy',
    ...linear,
  },
  lstmCase('x', 'dx'),
  lstmCase('previous', 'dprevious'),
  ...[
    ['a', { b: 'b' }, { a: 'dy' }],
    ['b', { a: 'a' }, { b: 'dy' }],
  ].map(
    ([name, other, gradientOf]): GradientCase => ({
      name: `mixSamples by its ${name}`,
      forward: { kind: 'mixSamples', masks: 'masks', gate: 1, ...(other as object), [name as string]: 'x', y: 'y' },
      gradient: { kind: 'mixSamples', masks: 'masks', gate: 1, ...(gradientOf as object), y: 'dx' },
      tensors: { ...mix, x: image(4, 5, 6), dx: image(4, 5, 6) },
      input: 'x',
      inputGradient: 'dx',
      output: 'y',
      outputGradient: 'dy',
      ...linear,
    }),
  ),
  {
    name: 'mixSamples by its masks',
    forward: { kind: 'mixSamples', masks: 'x', gate: 0, a: 'a', b: 'b', y: 'y' },
    gradient: { kind: 'maskGradient', dy: 'dy', a: 'a', b: 'b', dmasks: 'dx', gate: 0 },
    tensors: { ...mix, x: vector(1), dx: vector(1) },
    input: 'x',
    inputGradient: 'dx',
    output: 'y',
    outputGradient: 'dy',
    ...linear,
  },
  {
    name: 'softmaxCrossEntropy by its logits',
    forward: { kind: 'softmaxCrossEntropy', logits: 'x', labels: 'labels', metrics: 'y' },
    gradient: { kind: 'softmaxCrossEntropy', logits: 'x', labels: 'labels', metrics: 'y', dlogits: 'dx' },
    tensors: { x: vector(7), labels: { shape: [1], perSample: true, type: 'int32' }, y: shared(3), dx: vector(7) },
    input: 'x',
    inputGradient: 'dx',
    output: 'y',
    ...curved,
  },
];

const elements = ({ shape, perSample }: NamedTensor) => shape.reduce((product, size) => product * size, perSample ? batchSize : 1);

/** Distinct values at least 0.02 from each other and from every kink: no activation or maximum changes side within ε. */
function draw(random: Random, length: number): Float32Array {
  const order = Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const other = random.integer(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return Float32Array.from(order, (place) => 0.02 * (place - length / 2) + 0.01);
}

async function relativeDifference(engine: Engine, gradientCase: GradientCase): Promise<number> {
  const { forward, gradient, tensors, input, inputGradient, output, outputGradient, epsilon } = gradientCase;
  const random = new Random(7, gradientCase.name);
  const values = new Map<string, Float32Array | Int32Array>(
    Object.entries(tensors).map(([name, tensor]) => [
      name,
      tensor.type === 'int32'
        ? Int32Array.from({ length: elements(tensor) }, () => random.integer(5))
        : name === input
          ? draw(random, elements(tensor))
          : Float32Array.from({ length: elements(tensor) }, () => random.normal()),
    ]),
  );
  const direction = Float32Array.from(values.get(input)!, () => 2 * random.uniform() - 1);
  const run = async (operation: Readonly<Record<string, unknown>>, read: readonly string[]) => {
    const { program, ids } = operationProgram(operation, tensors, batchSize);
    const executable = await engine.compile(program);
    for (const [name, written] of values) executable.write(ids.get(name)!, written);
    executable.run('only', batchSize);
    const results = read.map((name) => executable.read(ids.get(name)!) as Float32Array);
    executable.dispose();
    return results;
  };
  const forwardAt = async (step: number) => {
    const centre = values.get(input)!;
    values.set(
      input,
      Float32Array.from(centre, (value, index) => value + step * direction[index]!),
    );
    const [result] = await run(forward, [output]);
    values.set(input, centre);
    return result!;
  };

  const upper = await forwardAt(epsilon);
  const lower = await forwardAt(-epsilon);
  // What the gradient reads of the forward pass: outputs and statistics at the centre.
  const kept = Object.keys(tensors).filter((name) => name === output || ['mean', 'inverseDeviation', 'cell'].includes(name));
  const centre = await run(forward, kept);
  for (const [index, name] of kept.entries()) values.set(name, centre[index]!);
  const [analytic] = await run(gradient, [inputGradient]);

  // A loss is its own first metric, the mean.
  const weights = outputGradient ? values.get(outputGradient)! : Float32Array.of(1, 0, 0);
  const numeric = dot(
    weights,
    upper.map((value, index) => (value - lower[index]!) / (2 * epsilon)),
  );
  const expected = dot(analytic!, direction);
  const scale = Math.hypot(...analytic!) * Math.hypot(...direction) + 1e-12;
  return Math.abs(numeric - expected) / scale;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index]! * b[index]!;
  return sum;
}

describe.each(testedBuilds)('On the %s build', (build: TestedBuild) => {
  test('every gradient is the slope of its own forward pass', async () => {
    const wrong: Record<string, number> = {};
    await withEngine({ build, threads: 1 }, async (engine) => {
      for (const gradientCase of cases) {
        const difference = await relativeDifference(engine, gradientCase);
        if (!(difference <= tolerance)) wrong[gradientCase.name] = difference;
      }
    });
    expect(wrong).toEqual({});
  });
});
