import { tileElements } from './loop-nest';
import type { MappingProblem, Triple } from './mapping-problem';
import type { Boundaries, LoopOrder } from './order-cost';

/** Bits that a memory gives and takes. */
export interface MemoryTraffic {
  readonly readBits: number;
  readonly writtenBits: number;
}

/** What a contraction does in one loop order: countable things, before any has a price. */
export interface ContractionTraffic {
  readonly macs: number;
  /** Cycles of the array when every processing element makes one MAC in each. */
  readonly cycles: number;
  /** Register files of the moving operand, the stationary one and the result, of all processing elements. */
  readonly registers: Triple<MemoryTraffic>;
  readonly buffer: MemoryTraffic;
  readonly dram: MemoryTraffic;
}

/** Elements that cross a border in all: tile · iterations / iterations inside, by one processing element or by the whole array. */
function crossings(problem: MappingProblem, tensor: 0 | 1 | 2, order: LoopOrder, boundary: number, wholeArray: boolean) {
  const tile = problem.unroll.map((count) => (wholeArray ? count : 1));
  let inside = 1;
  let sumsOutside = problem.sums;
  for (let loop = 0; loop < boundary; loop++) {
    const dimension = order.dimensions[loop]!;
    const factor = order.factors[loop]!;
    tile[dimension] = tile[dimension]! * factor;
    inside *= factor;
    if (problem.summedOver[dimension]) sumsOutside /= factor;
  }
  const perIteration = tileElements(problem.tensors[tensor], tile, problem.nest) / inside;
  return { elements: perIteration * problem.iterations * problem.elementShare[tensor], unfinished: sumsOutside > 1 };
}

/** The traffic of an order whose tiles end at the given boundaries, memory by memory. */
export function contractionTraffic(problem: MappingProblem, order: LoopOrder, boundaries: Boundaries): ContractionTraffic {
  const { operands, macs, distinct, elements } = problem;
  const operand = (tensor: 0 | 1) => {
    const bits = tensor === 0 ? operands.moving : operands.stationary;
    const kept = order.factors.slice(0, boundaries.multiplier[tensor]).reduce((product, factor) => product * factor, 1);
    const fetched = bits * crossings(problem, tensor, order, boundaries.registers[tensor], false).elements;
    const loaded = bits * crossings(problem, tensor, order, boundaries.buffer[tensor], true).elements;
    return { registers: { readBits: (macs * bits) / kept, writtenBits: fetched * elements }, fetched: fetched * distinct[tensor], loaded };
  };
  const moving = operand(0);
  const stationary = operand(1);
  const summed = crossings(problem, 2, order, boundaries.registers[2], false);
  const stored = crossings(problem, 2, order, boundaries.buffer[2], true);
  const summedBits = summed.elements * (summed.unfinished ? operands.sums : operands.result);
  const storedBits = stored.elements * (stored.unfinished ? operands.sums : operands.result);
  // Unfinished sums come back for the next visit.
  const backBits = summed.unfinished ? summedBits : 0;
  const loadedBits = stored.unfinished ? storedBits : 0;
  // Each MAC reads and writes one partial sum.
  const result = { readBits: macs * operands.sums + summedBits * elements, writtenBits: macs * operands.sums + backBits * elements };
  return {
    ...{ macs, cycles: macs / elements },
    registers: [moving.registers, stationary.registers, result],
    buffer: {
      readBits: moving.fetched + stationary.fetched + backBits * distinct[2] + storedBits,
      writtenBits: moving.loaded + stationary.loaded + summedBits * distinct[2] + loadedBits,
    },
    dram: { readBits: moving.loaded + stationary.loaded + loadedBits, writtenBits: storedBits },
  };
}
