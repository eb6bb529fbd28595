import { describe, expect, test } from 'vitest';
import { lowerProgram } from '../../../src/engine/local/lower';
import type { Operation, Program, TensorRole, TensorSpecification } from '../../../src/engine/program';
import { testedBuilds } from '../engine-builds';
import { resultsOf } from './results-of';

const batchSize = 5;
const pixels = [3, 7];

interface Shape {
  readonly channels: number;
  readonly activation?: 'relu' | 'relu6';
  readonly listed?: boolean;
  readonly added?: boolean;
}

/** A normalization and what brings it into fixed point, in one section, or in two, where neither knows of the other. */
function program({ channels, activation, listed = false, added = false }: Shape, sections: 1 | 2): Program {
  const tensors: TensorSpecification[] = [];
  const tensor = (name: string, role: TensorRole, shape: readonly number[], perSample = false, type: 'float32' | 'int32' = 'float32') =>
    tensors.push({ id: tensors.length, name, role, perSample, type, shape: [...shape] }) - 1;
  const image = (name: string, role: TensorRole) => tensor(name, role, [...pixels, channels], true);
  const samples = tensor('samples', 'input', [batchSize + 1], false, 'int32');
  const [x, shortcut] = [image('x', 'input'), image('shortcut', 'input')];
  const [normalized, sum] = [image('normalized', 'temporary'), image('sum', 'temporary')];
  const [y, quantized] = [image('y', 'output'), image('quantized', 'output')];
  const ofChannels = (name: string, role: TensorRole) => tensor(name, role, [channels]);
  const scale = { gamma: ofChannels('gamma', 'parameter'), beta: ofChannels('beta', 'parameter') };
  const statistics = {
    mean: ofChannels('mean', 'output'),
    inverseDeviation: ofChannels('deviation', 'output'),
    runningMean: ofChannels('running mean', 'state'),
    runningVariance: ofChannels('running variance', 'state'),
  };
  const [range, running] = [tensor('range', 'output', [1]), tensor('running range', 'state', [1])];
  const behind = added ? sum : normalized;
  const operations: Operation[] = [
    {
      ...{ kind: 'batchNormalization', x, y: activation || added ? normalized : y, ...scale, ...statistics },
      ...{ momentum: 0.9, unbiasedRunningVariance: true, epsilon: 1e-3 },
    },
    ...(added ? [{ kind: 'add', a: shortcut, b: normalized, y: activation ? sum : y } as const] : []),
    ...(activation ? [{ kind: 'activation', function: activation, x: behind, y } as const] : []),
  ];
  const fixedPoint: Operation[] = [
    { kind: 'quantizationRange', x: y, range, running, momentum: 0.1, of: 'mean' },
    { kind: 'quantize', x: y, range, y: quantized, bits: 8, msbBits: 8, signed: activation === undefined },
  ];
  const on = (list: readonly Operation[]) => (listed ? list.map((operation) => ({ ...operation, samples })) : [...list]);
  const [first, second] = [on(operations), on(fixedPoint)];
  return { batchSize, tensors, sections: sections === 1 ? { first: [...first, ...second] } : { first, second } };
}

const kernelsOf = (shape: Shape) =>
  lowerProgram(program(shape, 1), { lanes: 8, threads: 2 }, batchSize)[0]!.steps.map(({ kernel, chainSteps }) => ({ kernel, chainSteps }));

describe('The range of a normalized activation', () => {
  test('is taken before it is computed, which then happens in one chain with fixed point', () => {
    expect(kernelsOf({ channels: 16, activation: 'relu' })).toEqual([
      { kernel: 'sampleMoments', chainSteps: 1 },
      { kernel: 'normalizedMaximum', chainSteps: 1 },
      { kernel: 'quantizationRange', chainSteps: 1 },
      { kernel: 'batchNormalization', chainSteps: 2 },
      { kernel: 'quantize', chainSteps: 1 },
    ]);
  });

  test('is that of the computed one where a shortcut is added to it', () => {
    const kernels = kernelsOf({ channels: 16, activation: 'relu', added: true }).map(({ kernel }) => kernel);
    expect(kernels).toEqual(['sampleMoments', 'batchNormalization', 'sampleMaximum', 'quantizationRange', 'quantize']);
  });
});

describe.each(testedBuilds)('On the %s build', (build) => {
  test.each<Shape>([
    { channels: 1, activation: 'relu' },
    { channels: 13, activation: 'relu6', listed: true },
    { channels: 16 },
    { channels: 52, activation: 'relu', listed: true },
    { channels: 16, activation: 'relu', added: true },
  ])('the range that is taken first gives the bits of the one that is taken after (%o)', async (shape) => {
    const names = ['y', 'quantized', 'range', 'running range', 'mean', 'deviation', 'running mean', 'running variance'];
    expect(await resultsOf(build, program(shape, 1), names)).toEqual(await resultsOf(build, program(shape, 2), names));
  });
});
