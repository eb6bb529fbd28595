import { expect, it, onTestFinished } from 'vitest';
import { createEngine } from '../../src/engine/create-engine';
import { planLoads } from '../../src/measurement/board/workload';
import { buildBuiltinNetwork } from '../../src/network/builtin-networks';
import type { Layer } from '../../src/protocol/layer-graph';
import { layerProgram } from '../../src/training/layer-program';
import { noise } from '../engine/noise';

const loads = (network: 'resnet8' | 'mobilenetv2') =>
  planLoads(buildBuiltinNetwork(network, [32, 32, 3], 10), {
    phases: ['forward', 'inputGradient', 'weightGradient'],
    precisions: ['fp32'],
  });

async function compiled(layer: Layer, inputShape: readonly number[], phase: 'forward' | 'weightGradient') {
  const made = layerProgram(layer, inputShape, phase, 2);
  const engine = await createEngine('auto', 1);
  const executable = await engine.compile(made.program);
  onTestFinished(async () => {
    executable.dispose();
    await engine.dispose();
  });
  return { ...made, executable };
}

/** What a phase of the layer gives for two samples, to five digits. */
async function resultOf(layer: Layer, phase: 'forward' | 'weightGradient', ...values: readonly [number[], number[]]): Promise<number[]> {
  const { program, operands, section, executable } = await compiled(layer, [2], phase);
  expect(operands).toHaveLength(2);
  for (const [place, operand] of operands.entries()) executable.write(operand, Float32Array.from(values[place]!));
  executable.run(section, 2);
  const result = program.tensors.find(({ role }) => role === 'output')!;
  return [...executable.read(result.id)].map((value) => Number(value.toFixed(5)));
}

const dense: Layer = { kind: 'dense', name: 'dense', inputs: ['x'], outputShape: [3], units: 3, useBias: false };

it('multiplies by the weights, forward, and gradients by activations, backward', async () => {
  // y = [1, 2] · [[1, 3, 5], [2, 4, 6]] and [3, 4] · the same, by hand.
  const activations = [1, 2, 3, 4];
  expect(await resultOf(dense, 'forward', activations, [1, 3, 5, 2, 4, 6])).toEqual([5, 11, 17, 11, 25, 39]);
  // dw = Σ over samples of xᵀ · dy, by hand.
  expect(await resultOf(dense, 'weightGradient', activations, [1, 0, 1, 0, 1, 0])).toEqual([1, 3, 1, 2, 4, 2]);
});

it.each(['resnet8', 'mobilenetv2'] as const)(
  'computes something finite in every layer and phase of %s that is measured',
  async (network) => {
    const engine = await createEngine('auto', 1);
    onTestFinished(() => engine.dispose());
    for (const { layer, inputShapes, phase } of loads(network)) {
      const { program, operands, section } = layerProgram(layer, inputShapes[0]!, phase, 2);
      const executable = await engine.compile(program);
      for (const operand of operands) executable.write(operand, noise(executable.read(operand).length, 1 + operand));
      executable.run(section, 2);
      const outputs = program.tensors.filter(({ role }) => role === 'output');
      expect(outputs.length).toBeGreaterThan(0);
      for (const { id, name } of outputs) {
        const values = executable.read(id) as Float32Array;
        const whose = `${layer.name}, ${phase}, ${name}`;
        expect(values.every(Number.isFinite), whose).toBe(true);
        // Steps leave out inputs, whose gradient is 0.
        expect(
          values.some((value) => value !== 0),
          whose,
        ).toBe(true);
      }
      executable.dispose();
    }
  },
);

it('says which layers and phases it does not run', () => {
  const add: Layer = { kind: 'add', name: 'sum', inputs: ['a', 'b'], outputShape: [2, 2, 1] };
  expect(() => layerProgram(add, [2, 2, 1], 'forward', 1)).toThrow('Convolutions and dense layers can be run alone, not sum (add).');
  expect(() => layerProgram(dense, [2], 'update', 1)).toThrow(
    'The forward pass and both gradients of a layer can be run alone, not its update.',
  );
});
