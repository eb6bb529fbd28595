import type { Accelerator, MemoryPrices, OperandPrices } from './accelerator';
import { indexedBy, type LoopNest, type LoopSizes, loopDimensions, nestMacs, type Tensor, tileElements } from './loop-nest';
import { primeFactors, roundedUpToSmooth } from './smooth-numbers';

/** The operands in the order that all triples below have: moving, stationary, result. */
export type Triple<T> = readonly [T, T, T];

/** Picojoules that one element costs at the borders of a memory level, would it cross them once per iteration of the whole nest. */
export interface BorderPrices {
  /** Registers ↔ the memory behind them, of finished values, and of unfinished sums that go out and come back. */
  readonly registers: number;
  readonly registersUnfinished: number;
  /** Buffer ↔ off-chip memory; 0 without a buffer. */
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
  /** Iterations of each loop that run one after another. */
  readonly temporal: LoopSizes;
  /** The same as prime factors: the dimension and the size of each. */
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
  /** Elements that the registers of one processing element hold; without registers one at the multiplier, but no sum. */
  readonly registerElements: Triple<number>;
  /** Buffers by capacity in bits, and which one each operand is in; −1 for none. */
  readonly bufferBits: readonly number[];
  readonly bufferOf: Triple<number>;
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
  const { registers, buffers, dram } = accelerator;

  const operandPrices = (index: 0 | 1, role: 'moving' | 'stationary'): BorderPrices => {
    const buffer = buffers[role];
    const scale = iterations * elementShare[index] * operands[role];
    const fetch = scale * (distinct[index] * (buffer ?? dram).readPJ + elements * (registers[role]?.writePJ ?? 0));
    const load = buffer ? scale * (dram.readPJ + buffer.writePJ) : 0;
    return { registers: fetch, registersUnfinished: fetch, buffer: load, bufferUnfinished: load };
  };
  const scale = iterations * elementShare[2];
  const file = registers.result ?? { readPJ: 0, writePJ: 0 };
  const behind = buffers.result ?? dram;
  const up = elements * file.readPJ + distinct[2] * behind.writePJ;
  const down = elements * file.writePJ + distinct[2] * behind.readPJ;
  const out = buffers.result ? buffers.result.readPJ + dram.writePJ : 0;
  const back = buffers.result ? buffers.result.writePJ + dram.readPJ : 0;
  const kinds = [...new Set([buffers.moving, buffers.stationary, buffers.result])].filter((buffer) => buffer !== undefined);
  const bufferOf = (buffer: MemoryPrices | undefined) => (buffer ? kinds.indexOf(buffer) : -1);
  return {
    ...{ nest, accelerator, operands, unroll, temporal, elements, distinct, iterations, summedOver, tensors, whole, elementShare, macs },
    dimensions: loops.map(({ dimension }) => dimension),
    factors: loops.map(({ factor }) => factor),
    sums: product(temporal.filter((_, dimension) => summedOver[dimension])),
    prices: [
      operandPrices(0, 'moving'),
      operandPrices(1, 'stationary'),
      {
        registers: scale * operands.result * up,
        registersUnfinished: scale * operands.sums * (up + down),
        buffer: scale * operands.result * out,
        bufferUnfinished: scale * operands.sums * (out + back),
      },
    ],
    registerElements: [
      registers.moving ? registers.moving.bits / operands.moving : 1,
      registers.stationary ? registers.stationary.bits / operands.stationary : 1,
      registers.result ? registers.result.bits / operands.sums : 0,
    ],
    bufferBits: kinds.map(({ bits }) => bits),
    bufferOf: [bufferOf(buffers.moving), bufferOf(buffers.stationary), bufferOf(buffers.result)],
    multiplierPJ: [
      macs * operands.moving * (registers.moving?.readPJ ?? 0),
      macs * operands.stationary * (registers.stationary?.readPJ ?? 0),
    ],
    constantPJ: macs * (operands.macPJ + operands.sums * (file.readPJ + file.writePJ)),
  };
}
