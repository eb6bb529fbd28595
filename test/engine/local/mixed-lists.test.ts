import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../../src/engine/engine';
import { lowerProgram } from '../../../src/engine/local/lower';
import { tensorsOf } from '../../../src/engine/local/step';
import type { Operation, Program, TensorRole, TensorSpecification } from '../../../src/engine/program';
import { enginesByThreads, testedBuilds } from '../engine-builds';
import { noise } from '../noise';
import { relativeError } from '../relative-error';

/** Chains whose steps work on different lists of samples, as the backward pass of gated blocks has them. */

const batchSize = 9;
const [size, channels, features] = [8, 16, 10];
const window = {
  ...{ inputHeight: size, inputWidth: size, outputHeight: size, outputWidth: size, kernelHeight: 3, kernelWidth: 3 },
  ...{ strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, padTop: 1, padLeft: 1 },
};

interface Lists {
  readonly upper: readonly number[];
  readonly lower: readonly number[];
}

/**
 * The gradient goes through a convolution of the upper block, for its samples, and is added to what the others have already; then through the
 * end of the lower block, for the samples of that one. A dense layer for all samples stands in between.
 */
function program(intermediate: TensorRole, operationsApart: boolean): Program & { readonly ids: Readonly<Record<string, number>> } {
  const tensors: TensorSpecification[] = [];
  const tensor = (name: string, shape: readonly number[], perSample = true, role: TensorRole = 'state') =>
    tensors.push({ id: tensors.length, name, role, perSample, type: 'float32', shape }) - 1;
  const list = (name: string) =>
    tensors.push({ id: tensors.length, name, role: 'state', perSample: false, type: 'int32', shape: [batchSize + 1] }) - 1;
  const image = [size, size, channels];
  const [upper, lower] = [list('upper'), list('lower')];
  const [y, dy, x, gradient, dx] = ['y', 'dy', 'x', 'gradient', 'dx'].map((name) => tensor(name, image)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const w = tensor('weights', [3, 3, channels, channels], false);
  const dw = tensor('weight gradient', [3, 3, channels, channels], false);
  const [seen, w2] = [tensor('seen', [features]), tensor('dense weights', [features, channels], false)];
  const [mean, inverseDeviation, dgamma, dbeta] = ['mean', 'deviation', 'dgamma', 'dbeta'].map((name) => tensor(name, [channels], false));
  const [dactivated, dshared, spread, sum, g] = ['dactivated', 'dshared', 'spread', 'sum', 'g'].map((name) =>
    tensor(name, image, true, intermediate),
  ) as [number, number, number, number, number];
  const pooled = tensor('pooled', [channels], true, intermediate);
  const operations: Operation[] = [
    { kind: 'activationGradient', function: 'relu', y, dy, dx: dactivated, samples: upper },
    { kind: 'conv2dWeightGradient', x, dy: dactivated, dw, window, samples: upper },
    { kind: 'conv2dInputGradient', dy: dactivated, w, dx: dshared, window, samples: upper },
    { kind: 'accumulate', x: dshared, into: gradient, samples: upper },
    { kind: 'dense', x: seen, w: w2, y: pooled },
    { kind: 'globalAveragePooling2dGradient', dy: pooled, dx: spread, samples: lower },
    { kind: 'add', a: gradient, b: spread, y: sum, samples: lower },
    { kind: 'activationGradient', function: 'relu', y: x, dy: sum, dx: g, samples: lower },
    {
      kind: 'batchNormalizationGradient',
      ...{ x: y, dy: g, mean: mean!, inverseDeviation: inverseDeviation!, dx, dgamma: dgamma!, dbeta: dbeta!, samples: lower },
    },
  ];
  const sections = operationsApart
    ? Object.fromEntries(operations.map((operation, index) => [String(index), [operation]]))
    : { '0': operations };
  return { batchSize, tensors, sections, ids: { upper, lower } };
}

async function results(
  engine: Engine,
  { ids, ...described }: ReturnType<typeof program>,
  lists: Lists,
): Promise<Map<string, Float32Array>> {
  const executable = await engine.compile(described);
  const states = described.tensors.filter(({ role }) => role === 'state');
  for (const { id, name, shape, perSample } of states) {
    const length = shape.reduce((product, axis) => product * axis, perSample ? batchSize : 1);
    if (id !== ids.upper && id !== ids.lower) executable.write(id, noise(length, 1 + id));
    else executable.write(id, Int32Array.from([lists[name as keyof Lists].length, ...lists[name as keyof Lists]]));
  }
  for (const section of Object.keys(described.sections)) executable.run(section, batchSize);
  const read = new Map(states.map(({ id, name }) => [name, executable.read(id).slice() as Float32Array]));
  executable.dispose();
  return read;
}

test('One chain takes in what works on two lists, divided by that of the convolutions; the convolution adds to the gradient itself', () => {
  const { ids, ...described } = program('temporary', false);
  const { steps } = lowerProgram(described, { lanes: 8, threads: 2 }, batchSize)[0]!;
  const first = steps.findIndex(({ chainSteps }) => chainSteps > 1);
  const chain = steps.slice(first, first + steps[first]!.chainSteps);
  expect(chain.map(({ kernel }) => kernel)).toEqual([
    'activationGradient',
    'winogradWeightGradient',
    'winogradConvolution',
    'sampleGradientSums',
  ]);
  expect(chain.map(({ samples }) => samples)).toEqual([ids.upper, ids.upper, ids.upper, ids.lower]);
  expect(chain.map(({ division }) => division)).toEqual(chain.map(() => ids.upper));
  expect(chain[2]!.fields.adds).toBe(1);
  // The light step stands ahead, though the program has it in between.
  expect(steps.slice(0, first).map(({ kernel }) => kernel)).toContain('dense');
  expect(tensorsOf(chain[3]!).map(({ id }) => id)).toContain(ids.lower);
});

const someSamples = fc.subarray(Array.from({ length: batchSize }, (_, sample) => sample));

describe.each(testedBuilds)('On the %s build', (build) => {
  const engines = enginesByThreads(build);

  test.each([1, 2, 3])('a chain over two lists gives what its operations give one after another, with %i thread(s)', async (threads) => {
    const engine = engines[threads - 1]!;
    const whole = Array.from({ length: batchSize }, (_, sample) => sample);
    await fc.assert(
      fc.asyncProperty(someSamples, someSamples, async (upper, lower) => {
        const chained = await results(engine, program('temporary', false), { upper, lower });
        const apart = await results(engine, program('state', true), { upper, lower });
        // Float32 sums of some hundred terms in another order.
        for (const [name, values] of chained) expect(relativeError(values, apart.get(name)!, 1), name).toBeLessThanOrEqual(3e-6);
      }),
      {
        seed: 20190,
        numRuns: 8,
        examples: [
          [[], whole],
          [whole, []],
          [[8], [0]],
          [[], []],
        ],
      },
    );
  });
});
