import { describe, expect, test } from 'vitest';
import { fuseSteps } from '../../../src/engine/local/fuse';
import { lowerProgram } from '../../../src/engine/local/lower';
import { type Step, StepBuilder } from '../../../src/engine/local/step';
import type { Operation, Program, TensorRole, TensorSpecification } from '../../../src/engine/program';
import { testedBuilds } from '../engine-builds';
import { relativeError } from '../relative-error';
import { residualProgram } from '../residual-program';
import { resultsOf } from './results-of';

const target = { lanes: 8, threads: 2 };
const batchSize = 5;

/** A residual block's end, forward and backward: y = f(normalized x + shortcut), and the gradient of x where y has two readers. */
function blockProgram(channels: number, activation: 'relu' | 'relu6' | 'tanh', intermediate: TensorRole, listed: boolean) {
  const tensors: TensorSpecification[] = [];
  const tensor = (name: string, role: TensorRole, perSample = true, type: 'float32' | 'int32' = 'float32', shape = [3, 7, channels]) =>
    tensors.push({ id: tensors.length, name, role, perSample, type, shape }) - 1;
  const statistic = (name: string, role: TensorRole) => tensor(name, role, false, 'float32', [channels]);
  const samples = tensor('samples', 'input', false, 'int32', [batchSize + 1]);
  const [x, shortcut, dy, dz] = ['x', 'shortcut', 'dy', 'dz'].map((name) => tensor(name, 'input'));
  const [normalized, sum, dsum] = ['normalized', 'sum', 'dsum'].map((name) => tensor(name, intermediate));
  const [y, g, dx] = ['y', 'g', 'dx'].map((name) => tensor(name, 'output'));
  const [gamma, beta] = ['gamma', 'beta'].map((name) => statistic(name, 'parameter'));
  const [mean, inverseDeviation, dgamma, dbeta] = ['mean', 'deviation', 'dgamma', 'dbeta'].map((name) => statistic(name, 'output'));
  const [runningMean, runningVariance] = ['running mean', 'running variance'].map((name) => statistic(name, 'state'));
  const scale = { gamma: gamma!, mean: mean!, inverseDeviation: inverseDeviation! };
  const running = { runningMean: runningMean!, runningVariance: runningVariance!, momentum: 0.9, unbiasedRunningVariance: true };
  const operations: Operation[] = [
    { kind: 'batchNormalization', x: x!, y: normalized!, beta: beta!, ...scale, ...running, epsilon: 1e-3 },
    { kind: 'add', a: shortcut!, b: normalized!, y: sum! },
    { kind: 'activation', function: activation, x: sum!, y: y! },
    { kind: 'add', a: dy!, b: dz!, y: dsum! },
    { kind: 'activationGradient', function: activation, y: y!, dy: dsum!, dx: g! },
    { kind: 'batchNormalizationGradient', x: x!, dy: g!, ...scale, dx: dx!, dgamma: dgamma!, dbeta: dbeta! },
  ];
  const only = listed ? operations.map((operation) => ({ ...operation, samples })) : operations;
  return { batchSize, tensors, sections: { only } } satisfies Program;
}

const kernelsOf = (program: Program) => lowerProgram(program, target, batchSize)[0]!.steps.map(({ kernel }) => kernel);

describe('The neighbours of a batch normalization', () => {
  test.each(['relu', 'relu6'] as const)('are computed in its passes with %s', (activation) => {
    const fused = ['sampleMoments', 'batchNormalization', 'sampleGradientSums', 'batchNormalizationGradient'];
    expect(kernelsOf(blockProgram(16, activation, 'temporary', false))).toEqual(fused);
  });

  test('are computed on their own where the function is dear or somebody reads what lies between', () => {
    const dear = kernelsOf(blockProgram(16, 'tanh', 'temporary', false));
    expect(dear).toEqual(expect.arrayContaining(['activation', 'activationGradient']));
    const read = kernelsOf(blockProgram(16, 'relu', 'output', false));
    expect(read).toEqual(expect.arrayContaining(['add', 'activation']));
  });

  test('leave no activation of its own in a residual network, and no gradient of one but where it is copied', () => {
    const { program } = residualProgram({ batchSize, size: 16, classes: 10, epsilon: 1e-5, momentum: 0.9, weightDecay: 1e-4 });
    const kernels = kernelsOf(program);
    expect(kernels).not.toContain('activation');
    kernels.forEach((kernel, index) => {
      if (kernel === 'activationGradient') expect(kernels[index + 1]).toBe('copy');
    });
  });

  test('stay apart where another step in between needs the order', () => {
    const builder = new StepBuilder(target, 4, 100);
    const elements = { elements: 8, perSample: 1 };
    const normalization = { x: 1, addend: undefined, function: 4, gamma: undefined, beta: undefined, y: 2, factors: 100 };
    const running = { runningMean: 50, runningVariance: 51, pixels: 1, channels: 8, epsilon: 1 };
    builder.onSamples('batchNormalizationInference', undefined, { ...normalization, ...running });
    builder.onSamples('copy', undefined, { x: 4, y: 1, ...elements });
    builder.onSamples('copy', undefined, { x: 1, y: 3, ...elements });
    builder.onSamples('add', undefined, { a: 2, b: 3, y: 5, ...elements });
    const kernels = (steps: readonly Step[]) => steps.map(({ kernel }) => kernel);
    expect(kernels(fuseSteps(builder.steps, () => true))).toEqual(kernels(builder.steps));
  });
});

/**
 * The gradient of a gated block's end: of its output y, which another gate has looked at, for the samples that ran. What the mask learns from is
 * taken before the activation's gradient takes the sum's place.
 */
function gatedEndProgram(channels: number, activation: 'relu' | 'relu6', intermediate: TensorRole) {
  const tensors: TensorSpecification[] = [];
  const tensor = (name: string, role: TensorRole, perSample = true, type: 'float32' | 'int32' = 'float32', shape = [3, 7, channels]) =>
    tensors.push({ id: tensors.length, name, role, perSample, type, shape }) - 1;
  const samples = tensor('samples', 'input', false, 'int32', [batchSize + 1]);
  const [x, y, shortcut, dy] = ['x', 'y', 'shortcut', 'dy'].map((name) => tensor(name, 'input'));
  const dpooled = tensor('dpooled', 'input', true, 'float32', [channels]);
  const [spread, sum] = ['spread', 'sum'].map((name) => tensor(name, intermediate));
  const [dx, dmasks] = [tensor('dx', 'output'), tensor('dmasks', 'output', true, 'float32', [3])];
  const [mean, inverseDeviation] = ['mean', 'deviation'].map((name) => tensor(name, 'input', false, 'float32', [channels]));
  const [dgamma, dbeta] = ['dgamma', 'dbeta'].map((name) => tensor(name, 'output', false, 'float32', [channels]));
  const range = tensor('range', 'output', false, 'float32', [1]);
  const operations: Operation[] = [
    { kind: 'globalAveragePooling2dGradient', dy: dpooled, dx: spread! },
    { kind: 'add', a: dy!, b: spread!, y: sum! },
    { kind: 'maskGradient', dy: sum!, a: y!, b: shortcut!, dmasks, gate: 1 },
    { kind: 'activationGradient', function: activation, y: y!, dy: sum!, dx: dy! },
    {
      kind: 'batchNormalizationGradient',
      ...{ x: x!, dy: dy!, mean: mean!, inverseDeviation: inverseDeviation!, dx, dgamma: dgamma!, dbeta: dbeta! },
    },
    { kind: 'quantizationRange', x: dx, range, of: 'maximum', momentum: 0 },
  ];
  const only = operations.map((operation) => ({ ...operation, samples }));
  return { batchSize, tensors, sections: { only } } satisfies Program;
}

describe("The gradient of a gated block's end", () => {
  test('is computed in the passes of its last normalization, and so is its largest magnitude', () => {
    const fused = ['sampleGradientSums', 'batchNormalizationGradient', 'quantizationRange'];
    expect(kernelsOf(gatedEndProgram(16, 'relu', 'temporary'))).toEqual(fused);
  });

  test('is computed on its own where somebody reads what lies between', () => {
    const kernels = kernelsOf(gatedEndProgram(16, 'relu', 'output'));
    expect(kernels).toEqual(expect.arrayContaining(['globalAveragePoolingGradient', 'add']));
  });
});

describe.each(testedBuilds)('On the %s build', (build) => {
  test.each([
    { channels: 1, listed: false },
    { channels: 13, listed: true },
    { channels: 16, listed: false },
    { channels: 52, listed: true },
  ])('the fused passes give the bits of the separate ones (%o)', async ({ channels, listed }) => {
    for (const activation of ['relu', 'relu6'] as const) {
      const names = ['y', 'g', 'dx', 'mean', 'dgamma', 'dbeta', 'running mean'];
      const results = (intermediate: TensorRole) => resultsOf(build, blockProgram(channels, activation, intermediate, listed), names);
      expect(await results('temporary')).toEqual(await results('output'));
    }
  });

  test.each([1, 13, 16, 52])(
    "the fused end of a gated block's gradient gives the bits of the separate one (%i channels)",
    async (channels) => {
      for (const activation of ['relu', 'relu6'] as const) {
        const results = (intermediate: TensorRole) =>
          resultsOf(build, gatedEndProgram(channels, activation, intermediate), ['dy', 'dx', 'dmasks', 'dgamma', 'dbeta', 'range']);
        const { dmasks, ...fused } = await results('temporary');
        const { dmasks: separate, ...others } = await results('output');
        expect(fused).toEqual(others);
        expect(fused.range![0]).toBe(Math.max(...fused.dx!.map(Math.abs)));
        // The same float32 products, added up in another order.
        expect(relativeError(dmasks!, separate!)).toBeLessThan(1e-5);
      }
    },
  );
});
