import type { Accelerator, OperandPrices } from './accelerator';
import { indexedBy, type LoopNest, type LoopSizes, loopDimensions, nestMacs, type Tensor, tileElements } from './loop-nest';
import { primeFactors, roundedUpToSmooth } from './smooth-numbers';

/** The operands in the order that all triples below have: moving, stationary, result. */
export type Triple<T> = readonly [T, T, T];

/** Picojoules that one element costs at the borders of a memory level, would it cross them once per iteration of the whole nest. */
export interface BorderPrices {
  /** Buffer ↔ registers, of finished values, and of unfinished sums that go out and come back. */
  readonly registers: number;
  readonly registersUnfinished: number;
  /** Off-chip memory ↔ buffer. */
  readonly buffer: number;
  readonly bufferUnfinished: number;
}

/** A contraction on an accelerator, with everything that does not depend on the loop order worked out once. */
export interface MappingProblem {
  readonly nest: LoopNest;
  readonly accelerator: Accelerator;
  readonly operands: OperandPrices;
  /** Iterations of each loop that run side by side. */
  readonly unroll: LoopSizes;
  /** Processing elements in use, and how many of them hold different elements of each tensor. */
  readonly elements: number;
  readonly distinct: Triple<number>;
  /** The loops that run one after another, as prime factors: the dimension and the size of each. */
  readonly dimensions: readonly number[];
  readonly factors: readonly number[];
  /** Product of the factors. */
  readonly iterations: number;
  /** Product of those that the result sums over. */
  readonly sums: number;
  /** Whether the result sums over a dimension. */
  readonly summedOver: readonly boolean[];
  readonly tensors: Triple<Tensor>;
  /** Elements of each whole tensor, sizes rounded up. */
  readonly whole: Triple<number>;
  /** Real elements over those; real MACs over iterations on all processing elements. */
  readonly elementShare: Triple<number>;
  readonly macs: number;
  readonly prices: Triple<BorderPrices>;
  /** Register reads of the two operands by the multipliers, were every iteration to read anew. */
  readonly multiplierPJ: readonly [number, number];
  /** Picojoules that no order changes: MACs, and a partial sum read and written for each. */
  readonly constantPJ: number;
}

/** The filter's loops shift the input, so that they add up in the input's gradient although its elements depend on them. */
function isSummedOver(result: Tensor, dimension: number): boolean {
  if (indexedBy[result][dimension] === 0) return true;
  const name = loopDimensions[dimension];
  return result === 'input' && (name === 'filterRows' || name === 'filterColumns');
}

function product(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total * number, 1);
}

/**
 * Lays out a contraction for the search. Loops whose length has a large prime factor are rounded up to lengths that can be cut; prices
 * shrink by as much, so that what does not exist costs nothing.
 */
export function mappingProblem(nest: LoopNest, accelerator: Accelerator, operands: OperandPrices, unroll: LoopSizes): MappingProblem {
  const { moving, stationary, result } = nest.roles;
  const tensors: Triple<Tensor> = [moving, stationary, result];
  const temporal = nest.sizes.map((size, dimension) => roundedUpToSmooth(Math.ceil(size / unroll[dimension]!)));
  const padded = temporal.map((count, dimension) => count * unroll[dimension]!);
  const loops = temporal.flatMap((count, dimension) => primeFactors(count).map((factor) => ({ dimension, factor })));
  const summedOver = temporal.map((_, dimension) => isSummedOver(result, dimension));
  const forEach = <T>(value: (tensor: Tensor) => T): Triple<T> => [value(moving), value(stationary), value(result)];
  const whole = forEach((tensor) => tileElements(tensor, padded, nest));
  const elementShare = forEach((tensor) => tileElements(tensor, nest.sizes, nest) / tileElements(tensor, padded, nest));
  const distinct = forEach((tensor) => product(unroll.filter((_, dimension) => indexedBy[tensor][dimension] === 1)));
  const iterations = product(temporal);
  const elements = product(unroll);
  const macs = nestMacs(nest);
  const { registers, buffer, dram } = accelerator;

  const operandPrices = (index: 0 | 1, bits: number, file: typeof registers.moving): BorderPrices => {
    const scale = iterations * elementShare[index] * bits;
    const fetch = scale * (distinct[index] * buffer.readPJ + elements * file.writePJ);
    const load = scale * (dram.readPJ + buffer.writePJ);
    return { registers: fetch, registersUnfinished: fetch, buffer: load, bufferUnfinished: load };
  };
  const scale = iterations * elementShare[2];
  const up = elements * registers.result.readPJ + distinct[2] * buffer.writePJ;
  const down = elements * registers.result.writePJ + distinct[2] * buffer.readPJ;
  const out = buffer.readPJ + dram.writePJ;
  const back = buffer.writePJ + dram.readPJ;
  return {
    ...{ nest, accelerator, operands, unroll, elements, distinct, iterations, summedOver, tensors, whole, elementShare, macs },
    dimensions: loops.map(({ dimension }) => dimension),
    factors: loops.map(({ factor }) => factor),
    sums: product(temporal.filter((_, dimension) => summedOver[dimension])),
    prices: [
      operandPrices(0, operands.moving, registers.moving),
      operandPrices(1, operands.stationary, registers.stationary),
      {
        registers: scale * operands.result * up,
        registersUnfinished: scale * operands.sums * (up + down),
        buffer: scale * operands.result * out,
        bufferUnfinished: scale * operands.sums * (out + back),
      },
    ],
    multiplierPJ: [macs * operands.moving * registers.moving.readPJ, macs * operands.stationary * registers.stationary.readPJ],
    constantPJ: macs * (operands.macPJ + operands.sums * (registers.result.readPJ + registers.result.writePJ)),
  };
}
