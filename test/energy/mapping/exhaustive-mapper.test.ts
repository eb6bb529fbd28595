import { describe, expect, it } from 'vitest';
import { type Accelerator, type MemoryPrices, type OperandPrices, spatialUnrolling } from '../../../src/energy/mapping/accelerator';
import { contractionEnergy, totalPJ } from '../../../src/energy/mapping/contraction-energy';
import type { LoopNest } from '../../../src/energy/mapping/loop-nest';
import { mappingProblem } from '../../../src/energy/mapping/mapping-problem';
import { bestMapping } from '../../../src/energy/mapping/search';
import { cheapestPJ } from './exhaustive-mapper';

const forward = { moving: 'input', stationary: 'weights', result: 'output' } as const;
const weightGradient = { moving: 'input', stationary: 'output', result: 'weights' } as const;

/** A convolution without padding. */
function nestOf(sizes: readonly number[], stride: number, roles: LoopNest['roles']): LoopNest {
  const [, , , rows = 1, columns = 1, filterRows = 1, filterColumns = 1] = sizes;
  return {
    ...{ sizes, strides: [stride, stride], dilation: [1, 1], roles },
    ...{ inputRows: (rows - 1) * stride + filterRows, inputColumns: (columns - 1) * stride + filterColumns },
  };
}

/** Of five loops or fewer: 1×1, large and strided windows, odd sizes, groups, batches, dense layers. */
const layers: [name: string, nest: LoopNest][] = [
  ['a 3×3 window', nestOf([1, 2, 3, 2, 1, 3, 3, 1], 1, forward)],
  ['a 1×1 window', nestOf([1, 4, 6, 2, 3, 1, 1, 1], 1, forward)],
  ['a window with stride 2', nestOf([1, 2, 2, 4, 1, 3, 2, 1], 2, forward)],
  ['a window of 7', nestOf([1, 2, 3, 5, 1, 7, 1, 1], 1, forward)],
  ['depthwise', nestOf([2, 1, 1, 3, 2, 3, 1, 4], 1, forward)],
  ['groups', nestOf([1, 2, 2, 3, 1, 2, 1, 3], 1, forward)],
  ['a dense layer, batch 4', nestOf([4, 5, 6, 1, 1, 1, 1, 1], 1, forward)],
  ['a weight gradient', nestOf([2, 2, 2, 3, 1, 3, 1, 1], 1, weightGradient)],
  ['a depthwise weight gradient', nestOf([2, 1, 1, 4, 1, 3, 1, 3], 1, weightGradient)],
];

const memory = (bits: number, readPJ: number, writePJ = readPJ): MemoryPrices => ({ bits, readPJ, writePJ });
const file = memory(64, 0.02, 0.01);
const files = { moving: file, stationary: file, result: file };
const shared = (bits: number) => {
  const buffer = memory(bits, 0.5, 0.6);
  return { moving: buffer, stationary: buffer, result: buffer };
};
const dram = { readPJ: 20, writePJ: 25 };
const one = { rows: 1, columns: 1, registers: files, dram };
const int8: OperandPrices = { moving: 8, stationary: 8, sums: 32, result: 8, macPJ: 0.2 };
const fp32: OperandPrices = { moving: 32, stationary: 32, sums: 32, result: 32, macPJ: 4.6 };

const accelerators: [name: string, accelerator: Accelerator, operands: OperandPrices][] = [
  ['a small buffer, 8 bits', { ...one, buffers: shared(400) }, int8],
  ['a small buffer, 32 bits', { ...one, buffers: shared(640) }, fp32],
  ['a buffer that holds all', { ...one, buffers: shared(1e6) }, fp32],
  [
    'a buffer of each operand',
    { ...one, buffers: { moving: memory(128, 0.4), stationary: memory(64, 0.3), result: memory(192, 0.5) } },
    int8,
  ],
  ['no register for weights', { ...one, registers: { ...files, stationary: undefined }, buffers: shared(400) }, int8],
  ['no register for sums', { ...one, registers: { ...files, result: undefined }, buffers: shared(400) }, int8],
  ['no buffer', { ...one, buffers: { moving: undefined, stationary: undefined, result: undefined } }, fp32],
  ['weights past the buffer', { ...one, buffers: { ...shared(400), stationary: undefined } }, int8],
  ['an array of 2×2', { ...one, rows: 2, columns: 2, buffers: shared(800) }, int8],
];

/** As much as an estimate at the editor takes. */
const effort = { descents: 3, kicks: 3 };

function foundPJ(nest: LoopNest, accelerator: Accelerator, operands: OperandPrices, unroll: readonly number[]): number {
  const { traffic } = bestMapping(mappingProblem(nest, accelerator, operands, unroll), effort);
  return totalPJ(contractionEnergy(traffic, accelerator, operands.macPJ));
}

describe('beside a search through everything', () => {
  // Everything there is of six loops takes seconds: on two accelerators alone.
  const ofSixLoops = nestOf([1, 2, 2, 2, 2, 3, 3, 1], 1, forward);
  const few = accelerators.slice(0, 2).map(([name, ...rest]) => [`a 3×3 window of six loops, ${name}`, ofSixLoops, ...rest] as const);
  const all = layers.flatMap(([layer, nest]) => accelerators.map(([name, ...rest]) => [`${layer}, ${name}`, nest, ...rest] as const));
  it.each([...few, ...all])('%s', (_, nest, accelerator, operands) => {
    const unroll = spatialUnrolling(nest, accelerator);
    // An array that does not divide the layer leaves units idle, which the search counts in shares and the loops here do not.
    if (nest.sizes.some((size, dimension) => size % unroll[dimension]! !== 0)) return;
    const cheapest = cheapestPJ(nest, accelerator, operands, unroll);
    if (cheapest === Number.POSITIVE_INFINITY) {
      expect(() => foundPJ(nest, accelerator, operands, unroll)).toThrow('Not even one element');
      return;
    }
    const ratio = foundPJ(nest, accelerator, operands, unroll) / cheapest;
    expect(ratio).toBeGreaterThan(1 - 1e-9);
    expect(ratio).toBeLessThan(1.02);
  });
});
