import { expect, it, onTestFinished } from 'vitest';
import { createEngine } from '../../src/engine/create-engine';
import type { Executable } from '../../src/engine/engine';
import { planLoads } from '../../src/measurement/board/workload';
import { buildBuiltinNetwork } from '../../src/network/builtin-networks';
import type { Layer } from '../../src/protocol/layer-graph';
import { layerProgram } from '../../src/training/layer-program';

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

const resultOf = ({ tensors }: ReturnType<typeof layerProgram>['program'], executable: Executable) =>
  [...executable.read(tensors.find(({ role }) => role === 'output')!.id)].map((value) => Number(value.toFixed(5)));

it('multiplies by the weights, forward, and gradients by activations, backward', async () => {
  // y = [1, 2] · [[1, 3, 5], [2, 4, 6]] and [3, 4] · the same, by hand.
  const layer: Layer = { kind: 'dense', name: 'dense', inputs: ['x'], outputShape: [3], units: 3, useBias: false };
  const forward = await compiled(layer, [2], 'forward');
  const [x, w] = forward.operands as [number, number];
  forward.executable.write(x, Float32Array.of(1, 2, 3, 4));
  forward.executable.write(w, Float32Array.of(1, 3, 5, 2, 4, 6));
  forward.executable.run(forward.section, 2);
  expect(resultOf(forward.program, forward.executable)).toEqual([5, 11, 17, 11, 25, 39]);

  // dw = Σ over samples of xᵀ · dy, by hand.
  const backward = await compiled(layer, [2], 'weightGradient');
  const [activations, dy] = backward.operands as [number, number];
  backward.executable.write(activations, Float32Array.of(1, 2, 3, 4));
  backward.executable.write(dy, Float32Array.of(1, 0, 1, 0, 1, 0));
  backward.executable.run(backward.section, 2);
  expect(resultOf(backward.program, backward.executable)).toEqual([1, 3, 1, 2, 4, 2]);
});

it.each(['resnet8', 'mobilenetv2'] as const)('runs every layer and phase of %s that is measured', async (network) => {
  const engine = await createEngine('auto', 1);
  onTestFinished(() => engine.dispose());
  for (const { layer, inputShapes, phase } of loads(network)) {
    const { program, section } = layerProgram(layer, inputShapes[0]!, phase, 2);
    const executable = await engine.compile(program);
    executable.run(section, 2);
    executable.dispose();
  }
});

it('says which layers and phases it does not run', () => {
  const add: Layer = { kind: 'add', name: 'sum', inputs: ['a', 'b'], outputShape: [2, 2, 1] };
  expect(() => layerProgram(add, [2, 2, 1], 'forward', 1)).toThrow('Convolutions and dense layers can be run alone, not sum (add).');
});
