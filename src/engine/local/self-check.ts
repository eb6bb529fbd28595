import type { Program, TensorSpecification, Window } from '../program';
import type { KernelBuild } from './kernel-build';
import { LocalExecutable } from './local-executable';
import { planMemory } from './memory-plan';

/**
 * A few small operations against stored results, before a native build is trusted: a processor, system or library that computes
 * something else must not train anyone's network. All values are small whole numbers, so every build must give exactly these results.
 */

const window: Window = {
  inputHeight: 7,
  inputWidth: 6,
  outputHeight: 4,
  outputWidth: 3,
  kernelHeight: 3,
  kernelWidth: 3,
  strideHeight: 2,
  strideWidth: 2,
  dilationHeight: 1,
  dilationWidth: 1,
  padTop: 1,
  padLeft: 0,
};
const channels = { input: 5, output: 21 };
const classes = 10;
const pixels = window.outputHeight * window.outputWidth;

const tensor = (id: number, name: string, perSample: boolean, ...shape: number[]): TensorSpecification => ({
  id,
  name,
  shape,
  perSample,
  type: 'float32',
  role: 'state',
});

export const selfCheckProgram: Program = {
  batchSize: 3,
  tensors: [
    tensor(0, 'x', true, window.inputHeight, window.inputWidth, channels.input),
    tensor(1, 'w', false, 3, 3, channels.input, channels.output),
    tensor(2, 'y', true, window.outputHeight, window.outputWidth, channels.output),
    tensor(3, 'dx', true, window.inputHeight, window.inputWidth, channels.input),
    tensor(4, 'dw', false, 3, 3, channels.input, channels.output),
    tensor(5, 'dense w', false, pixels * channels.output, classes),
    tensor(6, 'logits', true, classes),
    tensor(7, 'sum', true, classes),
  ],
  sections: {
    check: [
      { kind: 'conv2d', x: 0, w: 1, y: 2, window },
      { kind: 'conv2dInputGradient', dy: 2, w: 1, dx: 3, window },
      { kind: 'conv2dWeightGradient', x: 0, dy: 2, dw: 4, window },
      { kind: 'dense', x: 2, w: 5, y: 6 },
      { kind: 'activation', function: 'relu', x: 6, y: 7 },
      { kind: 'accumulate', x: 6, into: 7 },
    ],
  },
};

/** Scattered whole numbers from −reach to reach. */
const scattered = (reach: number) => (element: number) => ((Math.imul(element + 1, 0x9e3779b1) >>> 20) % (2 * reach + 1)) - reach;

/** What the check starts from, by tensor. */
export const selfCheckInputs: ReadonlyMap<number, (element: number) => number> = new Map([
  [0, scattered(2)],
  [1, scattered(3)],
  [5, scattered(1)],
]);

/** Σ value·(1 + index mod 11) of each result. */
export const fingerprint = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value, i) => sum + value * (1 + (i % 11)), 0);

/** Fingerprints by tensor, computed in float64 from the operations' definitions. */
export const selfCheckResults: ReadonlyMap<number, number> = new Map([
  [2, -2538],
  [3, 27434],
  [4, 2199],
  [6, -3392],
  [7, 3275],
]);

/** @throws Error with one sentence when the build computes something else. */
export async function checkBuild(kernels: KernelBuild): Promise<void> {
  const plan = planMemory(selfCheckProgram, { lanes: kernels.lanes, threads: 1 }, selfCheckProgram.batchSize);
  const executable = await LocalExecutable.start(selfCheckProgram, plan, kernels.allocate(plan.bytes, 1), 1);
  for (const [id, valueAt] of selfCheckInputs)
    executable.write(
      id,
      executable.read(id).map((_, element) => valueAt(element)),
    );
  executable.run('check', selfCheckProgram.batchSize);
  const wrong = [...selfCheckResults].filter(([id, expected]) => fingerprint(executable.read(id)) !== expected);
  executable.dispose();
  if (wrong.length === 0) return;
  const names = wrong.map(([id]) => selfCheckProgram.tensors[id]!.name);
  throw new Error(`its self-check gave wrong values for ${names.join(', ')} on this machine.`);
}
