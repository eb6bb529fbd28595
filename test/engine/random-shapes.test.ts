import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../src/engine/engine';
import type { Window } from '../../src/engine/program';
import { createTestedEngine, testedBuilds } from './engine-builds';
import { type NamedTensor, operationProgram } from './operation-program';
import { ReferenceEngine } from './reference/reference-engine';
import { relativeError } from './relative-error';

/** Random shapes, strides, dilations, channel counts, sample lists and partial batches against the float64 reference. */

/** Relative to the largest value: float32 sums of up to some thousand terms. */
const tolerance = 1e-5;
const seed = Number(process.env.E2TRAIN_TEST_SEED ?? 20190);

interface AnyCase {
  readonly window: Window;
  readonly inputs: number;
  readonly outputs: number;
  readonly batchSize: number;
  readonly samples: number;
  /** Listed samples, or none for the first `samples` of the batch. */
  readonly list: readonly number[] | undefined;
  readonly withBias: boolean;
}

const axis = fc
  .record({
    kernel: fc.integer({ min: 1, max: 5 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.constantFrom(1, 1, 1, 2, 3),
    output: fc.integer({ min: 1, max: 9 }),
  })
  .chain(({ kernel, stride, dilation, output }) => {
    const seen = (output - 1) * stride + (kernel - 1) * dilation + 1;
    return fc
      .record({
        kernel: fc.constant(kernel),
        stride: fc.constant(stride),
        dilation: fc.constant(dilation),
        output: fc.constant(output),
        pad: fc.integer({ min: 0, max: Math.max(0, Math.min(kernel * dilation - 1, seen - 1)) }),
        // More or fewer pixels than the windows see: what is left over is ignored, what is missing is zero.
        spare: fc.integer({ min: -1, max: 2 }),
      })
      .map((rest) => ({ ...rest, input: Math.max(1, seen - rest.pad + rest.spare) }));
  });

type Axis = typeof axis extends fc.Arbitrary<infer T> ? T : never;

/** Three taps, stride 1, any padding: where the engine may take Winograd's algorithm. */
const threeTapAxis: fc.Arbitrary<Axis> = fc
  .record({ output: fc.integer({ min: 1, max: 13 }), pad: fc.integer({ min: 0, max: 2 }), spare: fc.integer({ min: -1, max: 2 }) })
  .map(({ output, pad, spare }) => ({
    kernel: 3,
    stride: 1,
    dilation: 1,
    output,
    pad,
    spare,
    input: Math.max(1, output + 2 - pad + spare),
  }));

const caseOf = (axes: fc.Arbitrary<Axis>, inputs: fc.Arbitrary<number>, outputs: fc.Arbitrary<number>): fc.Arbitrary<AnyCase> =>
  fc
    .record({
      vertical: axes,
      horizontal: axes,
      inputs,
      outputs,
      batchSize: fc.integer({ min: 1, max: 5 }),
      withBias: fc.boolean(),
    })
    .chain(({ vertical, horizontal, batchSize, ...rest }) =>
      fc.record({
        ...Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, fc.constant(value)])),
        batchSize: fc.constant(batchSize),
        window: fc.constant({
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
        }),
        samples: fc.integer({ min: 1, max: batchSize }),
        list: fc.option(fc.subarray(Array.from({ length: batchSize }, (_, i) => i)), { nil: undefined }),
      }),
    ) as fc.Arbitrary<AnyCase>;

const anyCase = caseOf(axis, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 40 }));
/** Channels that fill whole vectors on every build, in one panel, in two and in panels of unequal width. */
const wholeVectors = fc.constantFrom(16, 32, 48);
const threeByThreeCase = caseOf(threeTapAxis, wholeVectors, wholeVectors);

/** Values of a small generator, so that a failing case can be repeated. */
function noise(length: number, salt: number): Float32Array {
  let state = (salt * 2654435761) >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

async function agrees(
  engine: Engine,
  operation: Record<string, unknown>,
  tensors: Record<string, NamedTensor>,
  anyInput: AnyCase,
): Promise<void> {
  const { batchSize, samples, list } = anyInput;
  const withList = list !== undefined;
  const { program, ids } = operationProgram(
    withList ? { ...operation, samples: 'list' } : operation,
    withList ? { ...tensors, list: { shape: [batchSize + 1], perSample: false, type: 'int32' } } : tensors,
    batchSize,
  );
  const executable = await engine.compile(program);
  const reference = new ReferenceEngine(program);
  // Outputs too: what the operation must leave alone is compared with what it must write.
  for (const [name, id] of ids) {
    const values = name === 'list' ? Int32Array.from([list!.length, ...list!]) : noise(reference.values.get(id)!.length, id + 1);
    executable.write(id, values);
    reference.values.get(id)!.set(values);
  }
  executable.run('only', samples);
  reference.run('only', samples);
  for (const [name, id] of ids) {
    expect(relativeError(executable.read(id), reference.values.get(id)!, 1), `${operation.kind} ${name}`).toBeLessThanOrEqual(tolerance);
  }
  executable.dispose();
}

const image = (height: number, width: number, channels: number): NamedTensor => ({
  shape: [height, width, channels],
  perSample: true,
  type: 'float32',
});
const shared = (...shape: number[]): NamedTensor => ({ shape, perSample: false, type: 'float32' });

const operations: Record<string, (anyInput: AnyCase) => [Record<string, unknown>, Record<string, NamedTensor>]> = {
  convolutions: ({ window, inputs, outputs, withBias }) => {
    const x = image(window.inputHeight, window.inputWidth, inputs);
    const y = image(window.outputHeight, window.outputWidth, outputs);
    const w = shared(window.kernelHeight, window.kernelWidth, inputs, outputs);
    return [
      { kind: 'conv2d', x: 'x', w: 'w', y: 'y', window, ...(withBias && { bias: 'bias' }) },
      { x, w, y, bias: shared(outputs) },
    ];
  },
  'input gradients': ({ window, inputs, outputs }) => {
    const dx = image(window.inputHeight, window.inputWidth, inputs);
    const dy = image(window.outputHeight, window.outputWidth, outputs);
    const w = shared(window.kernelHeight, window.kernelWidth, inputs, outputs);
    return [
      { kind: 'conv2dInputGradient', dy: 'dy', w: 'w', dx: 'dx', window },
      { dy, w, dx },
    ];
  },
  'weight gradients': ({ window, inputs, outputs, withBias }) => {
    const x = image(window.inputHeight, window.inputWidth, inputs);
    const dy = image(window.outputHeight, window.outputWidth, outputs);
    const dw = shared(window.kernelHeight, window.kernelWidth, inputs, outputs);
    const operation = { kind: 'conv2dWeightGradient', x: 'x', dy: 'dy', dw: 'dw', window, ...(withBias && { dbias: 'dbias' }) };
    return [operation, { x, dy, dw, dbias: shared(outputs) }];
  },
  'depthwise convolutions': ({ window, inputs, outputs, withBias }) => {
    const multiplier = 1 + (outputs % 3);
    const x = image(window.inputHeight, window.inputWidth, inputs);
    const y = image(window.outputHeight, window.outputWidth, inputs * multiplier);
    const w = shared(window.kernelHeight, window.kernelWidth, inputs, multiplier);
    return [
      { kind: 'depthwiseConv2d', x: 'x', w: 'w', y: 'y', window, ...(withBias && { bias: 'bias' }) },
      { x, w, y, bias: shared(inputs * multiplier) },
    ];
  },
  'depthwise input gradients': ({ window, inputs, outputs }) => {
    const multiplier = 1 + (outputs % 3);
    const dx = image(window.inputHeight, window.inputWidth, inputs);
    const dy = image(window.outputHeight, window.outputWidth, inputs * multiplier);
    const w = shared(window.kernelHeight, window.kernelWidth, inputs, multiplier);
    return [
      { kind: 'depthwiseConv2dInputGradient', dy: 'dy', w: 'w', dx: 'dx', window },
      { dy, w, dx },
    ];
  },
  'depthwise weight gradients': ({ window, inputs, outputs, withBias }) => {
    const multiplier = 1 + (outputs % 3);
    const x = image(window.inputHeight, window.inputWidth, inputs);
    const dy = image(window.outputHeight, window.outputWidth, inputs * multiplier);
    const dw = shared(window.kernelHeight, window.kernelWidth, inputs, multiplier);
    const operation = { kind: 'depthwiseConv2dWeightGradient', x: 'x', dy: 'dy', dw: 'dw', window, ...(withBias && { dbias: 'dbias' }) };
    return [operation, { x, dy, dw, dbias: shared(inputs * multiplier) }];
  },
  'dense layers': ({ inputs, outputs, withBias }) => {
    const tensors = { x: image(1, 1, inputs * 7), w: shared(inputs * 7, outputs), y: image(1, 1, outputs), bias: shared(outputs) };
    return [{ kind: 'dense', x: 'x', w: 'w', y: 'y', ...(withBias && { bias: 'bias' }) }, tensors];
  },
  'batch normalizations': ({ window, outputs, withBias }) => {
    const x = image(window.inputHeight, window.inputWidth, outputs);
    const statistics = {
      mean: 'mean',
      inverseDeviation: 'inverseDeviation',
      runningMean: 'runningMean',
      runningVariance: 'runningVariance',
    };
    const constants = { momentum: 0.9, epsilon: 1e-3, unbiasedRunningVariance: withBias };
    const operation = {
      kind: 'batchNormalization',
      x: 'x',
      y: 'y',
      ...statistics,
      ...constants,
      ...(withBias && { gamma: 'gamma', beta: 'beta' }),
    };
    const vectors = Object.fromEntries(['gamma', 'beta', ...Object.keys(statistics)].map((name) => [name, shared(outputs)]));
    return [operation, { x, y: x, ...vectors }];
  },
};

describe.each(testedBuilds)('On the %s build', (build) => {
  let engines: Engine[] = [];
  beforeAll(async () => {
    engines = await Promise.all([1, 2, 3].map((threads) => createTestedEngine(build, threads)));
  });
  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.dispose()));
  });

  test.each(['convolutions', 'input gradients', 'weight gradients'])(
    '3×3 %s with stride 1 on many channels agree with the definition',
    async (name) => {
      let turn = 0;
      await fc.assert(
        fc.asyncProperty(threeByThreeCase, async (anyInput) => {
          const [operation, tensors] = operations[name]!(anyInput);
          await agrees(engines[turn++ % 8 === 0 ? 1 + ((turn >> 3) % 2) : 0]!, operation, tensors, anyInput);
        }),
        { seed, numRuns: 20 },
      );
    },
  );

  test.each(Object.keys(operations))('%s of any shape on any samples agree with the definition', async (name) => {
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(anyCase, async (anyInput) => {
        const [operation, tensors] = operations[name]!(anyInput);
        // Mostly one thread: starting threads is what takes time here.
        await agrees(engines[turn++ % 8 === 0 ? 1 + ((turn >> 3) % 2) : 0]!, operation, tensors, anyInput);
      }),
      { seed, numRuns: 30 },
    );
  });
});
