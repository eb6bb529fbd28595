import { tileElements } from './loop-nest';
import type { MappingProblem } from './mapping-problem';
import type { Boundaries, LoopOrder } from './order-cost';

/** Where the picojoules of a contraction go, and the bits that cross the chip's border. */
export interface ContractionEnergy {
  readonly macPJ: number;
  readonly registersPJ: number;
  readonly bufferPJ: number;
  readonly dramPJ: number;
  readonly dramBits: number;
}

export function totalPJ({ macPJ, registersPJ, bufferPJ, dramPJ }: ContractionEnergy): number {
  return macPJ + registersPJ + bufferPJ + dramPJ;
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

/** The energy of an order whose tiles end at the given boundaries, counted memory by memory. */
export function contractionEnergy(problem: MappingProblem, order: LoopOrder, boundaries: Boundaries): ContractionEnergy {
  const { accelerator, operands, macs, distinct, elements } = problem;
  const { registers, buffer, dram } = accelerator;
  const energy = {
    macPJ: macs * operands.macPJ,
    registersPJ: macs * operands.sums * (registers.result.readPJ + registers.result.writePJ),
    ...{ bufferPJ: 0, dramPJ: 0, dramBits: 0 },
  };
  for (const tensor of [0, 1] as const) {
    const bits = tensor === 0 ? operands.moving : operands.stationary;
    const file = tensor === 0 ? registers.moving : registers.stationary;
    const kept = order.factors.slice(0, boundaries.multiplier[tensor]).reduce((product, factor) => product * factor, 1);
    const fetchedBits = bits * crossings(problem, tensor, order, boundaries.registers[tensor], false).elements;
    const loadedBits = bits * crossings(problem, tensor, order, boundaries.buffer[tensor], true).elements;
    energy.registersPJ += ((macs * bits) / kept) * file.readPJ + fetchedBits * elements * file.writePJ;
    energy.bufferPJ += fetchedBits * distinct[tensor] * buffer.readPJ + loadedBits * buffer.writePJ;
    energy.dramPJ += loadedBits * dram.readPJ;
    energy.dramBits += loadedBits;
  }
  const summed = crossings(problem, 2, order, boundaries.registers[2], false);
  const stored = crossings(problem, 2, order, boundaries.buffer[2], true);
  const summedBits = summed.elements * (summed.unfinished ? operands.sums : operands.result);
  const storedBits = stored.elements * (stored.unfinished ? operands.sums : operands.result);
  // Unfinished sums come back for the next visit.
  const back = summed.unfinished ? 1 : 0;
  const loaded = stored.unfinished ? 1 : 0;
  energy.registersPJ += summedBits * elements * (registers.result.readPJ + back * registers.result.writePJ);
  energy.bufferPJ += summedBits * distinct[2] * (buffer.writePJ + back * buffer.readPJ);
  energy.bufferPJ += storedBits * (buffer.readPJ + loaded * buffer.writePJ);
  energy.dramPJ += storedBits * (dram.writePJ + loaded * dram.readPJ);
  energy.dramBits += storedBits * (1 + loaded);
  return energy;
}
