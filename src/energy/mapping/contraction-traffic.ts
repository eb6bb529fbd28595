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
  /** Register files of the moving operand, the stationary one and the result, of all processing elements; nothing where there is none. */
  readonly registers: Triple<MemoryTraffic>;
  /** What each operand moves at its buffer; nothing where it has none. */
  readonly buffers: Triple<MemoryTraffic>;
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

const nothing: MemoryTraffic = { readBits: 0, writtenBits: 0 };

interface OperandTraffic {
  readonly registers: MemoryTraffic;
  readonly buffer: MemoryTraffic;
  readonly dram: MemoryTraffic;
}

function operandTraffic(problem: MappingProblem, tensor: 0 | 1, order: LoopOrder, boundaries: Boundaries): OperandTraffic {
  const role = tensor === 0 ? 'moving' : 'stationary';
  const { accelerator, macs, elements } = problem;
  const bits = problem.operands[role];
  const kept = order.factors.slice(0, boundaries.multiplier[tensor]).reduce((product, factor) => product * factor, 1);
  const fetched = bits * crossings(problem, tensor, order, boundaries.registers[tensor], false).elements;
  const fromBehind = { readBits: fetched * problem.distinct[tensor], writtenBits: 0 };
  const registers = accelerator.registers[role] ? { readBits: (macs * bits) / kept, writtenBits: fetched * elements } : nothing;
  if (!accelerator.buffers[role]) return { registers, buffer: nothing, dram: fromBehind };
  const loaded = bits * crossings(problem, tensor, order, boundaries.buffer[tensor], true).elements;
  return { registers, buffer: { ...fromBehind, writtenBits: loaded }, dram: { readBits: loaded, writtenBits: 0 } };
}

/** Unfinished sums come back for the next visit. */
function resultTraffic(problem: MappingProblem, order: LoopOrder, boundaries: Boundaries): OperandTraffic {
  const { accelerator, operands, macs, elements, distinct } = problem;
  const moved = (boundary: number, wholeArray: boolean) => {
    const { elements: count, unfinished } = crossings(problem, 2, order, boundary, wholeArray);
    const out = count * (unfinished ? operands.sums : operands.result);
    return { out, back: unfinished ? out : 0 };
  };
  const summed = moved(boundaries.registers[2], false);
  // Each MAC reads and writes one partial sum.
  const registers = accelerator.registers.result
    ? { readBits: macs * operands.sums + summed.out * elements, writtenBits: macs * operands.sums + summed.back * elements }
    : nothing;
  const behind = { readBits: summed.back * distinct[2], writtenBits: summed.out * distinct[2] };
  if (!accelerator.buffers.result) return { registers, buffer: nothing, dram: behind };
  const stored = moved(boundaries.buffer[2], true);
  return {
    registers,
    buffer: { readBits: behind.readBits + stored.out, writtenBits: behind.writtenBits + stored.back },
    dram: { readBits: stored.back, writtenBits: stored.out },
  };
}

/** The traffic of an order whose tiles end at the given boundaries, memory by memory. */
export function contractionTraffic(problem: MappingProblem, order: LoopOrder, boundaries: Boundaries): ContractionTraffic {
  const moving = operandTraffic(problem, 0, order, boundaries);
  const stationary = operandTraffic(problem, 1, order, boundaries);
  const result = resultTraffic(problem, order, boundaries);
  return {
    ...{ macs: problem.macs, cycles: problem.macs / problem.elements },
    registers: [moving.registers, stationary.registers, result.registers],
    buffers: [moving.buffer, stationary.buffer, result.buffer],
    dram: {
      readBits: moving.dram.readBits + stationary.dram.readBits + result.dram.readBits,
      writtenBits: result.dram.writtenBits,
    },
  };
}
