import { indexedBy, loopDimensions } from './loop-nest';
import type { MappingProblem, Triple } from './mapping-problem';

/** Loops from the innermost outwards, each cut into prime factors. */
export interface LoopOrder {
  readonly dimensions: readonly number[];
  readonly factors: readonly number[];
}

/** Where each tensor's tile ends in a loop order: the number of innermost loops that work on one tile without moving it. */
export interface Boundaries {
  /** Innermost loops during which a multiplier keeps the operand's one element. */
  readonly multiplier: readonly [number, number];
  readonly registers: Triple<number>;
  readonly buffer: Triple<number>;
}

const rows = loopDimensions.indexOf('outputRows');
const columns = loopDimensions.indexOf('outputColumns');
const filterRows = loopDimensions.indexOf('filterRows');
const filterColumns = loopDimensions.indexOf('filterColumns');
/** The loops whose iterations shift the window, in the order of `OrderCost.window`. */
const windowSides = [rows, columns, filterRows, filterColumns];
const isWindow = loopDimensions.map((_, dimension) => windowSides.includes(dimension));

type Numbers = [number, number, number];

/** What does not change of a tensor, and its tiles by the number of loops inside. Typed arrays throughout: the search lives in here. */
class TensorTiles {
  /** Elements of a tile for one processing element without those of a window; with them; and of a tile for the whole array. */
  private readonly plain: Float64Array;
  readonly one: Float64Array;
  readonly all: Float64Array;
  /** Picojoules at the registers' border and at the buffer's, should the tile be what moves there. */
  readonly registersPJ: Float64Array;
  readonly bufferPJ: Float64Array;
  readonly registerElements: number;
  /** Which buffer the tensor is in; −1 for none. */
  readonly buffer: number;
  private readonly grows: Uint8Array;
  private readonly windowed: boolean;
  /** Elements for the whole array over those for one, windows apart. */
  private readonly spread: number;
  private readonly prices: Float64Array;

  constructor(problem: MappingProblem, index: 0 | 1 | 2) {
    const { unroll, distinct, tensors, registerElements, bufferOf, dimensions } = problem;
    const array = () => new Float64Array(dimensions.length + 1);
    [this.plain, this.one, this.all, this.registersPJ, this.bufferPJ] = [array(), array(), array(), array(), array()];
    this.windowed = tensors[index] === 'input';
    const grows = loopDimensions.map(
      (_, dimension) => indexedBy[tensors[index]][dimension] === 1 && !(this.windowed && isWindow[dimension]),
    );
    this.grows = Uint8Array.from(grows, Number);
    this.spread = this.windowed ? distinct[index] / windowSides.reduce((product, side) => product * unroll[side]!, 1) : distinct[index];
    this.registerElements = registerElements[index];
    this.buffer = bufferOf[index];
    const { registers, registersUnfinished, buffer, bufferUnfinished } = problem.prices[index];
    this.prices = Float64Array.of(registers, buffer, ...(index === 2 ? [registersUnfinished, bufferUnfinished] : [registers, buffer]));
    this.plain[0] = 1;
  }

  /** Works out the tiles that end behind the loops from `first` to before `end`; those of no loops at all, too, where `first` is 0. */
  measure(
    dimensions: readonly number[],
    factors: readonly number[],
    first: number,
    end: number,
    { inside, sumsOutside, windowOne, windowAll }: Shared,
  ): void {
    const { plain, one, all, registersPJ, bufferPJ, grows, windowed, spread, prices } = this;
    let size = plain[first]!;
    for (let position = first === 0 ? 0 : first + 1; position <= end; position++) {
      if (position > first && grows[dimensions[position - 1]!]) size *= factors[position - 1]!;
      plain[position] = size;
      one[position] = windowed ? size * windowOne[position]! : size;
      all[position] = windowed ? size * spread * windowAll[position]! : size * spread;
      const unfinished = sumsOutside[position]! > 1 ? 2 : 0;
      registersPJ[position] = (prices[unfinished]! * one[position]!) / inside[position]!;
      bufferPJ[position] = (prices[unfinished + 1]! * all[position]!) / inside[position]!;
    }
  }
}

/** What the tensors' tiles have in common, by the number of loops inside. */
interface Shared {
  readonly inside: Float64Array;
  readonly sumsOutside: Float64Array;
  /** Elements of the input's window for one processing element, and for the whole array. */
  readonly windowOne: Float64Array;
  readonly windowAll: Float64Array;
}

/**
 * What loop orders of one problem cost. The order is the tiling, too: a tensor's tile at a memory is what the longest innermost part of the
 * order touches that fits, and it is moved once for each iteration of the loops outside that part. Loops that do not index the tensor
 * lengthen the part without enlarging the tile, so stationarity needs no rule of its own. Every tensor has its own part at every memory; a
 * buffer's capacity is shared in the cheapest way. Registers hold no more than the buffer does.
 *
 * With T iterations in all, P of them inside the part, and F elements in the tile, F · T / P elements cross the border.
 *
 * A result whose part leaves out loops that it sums over leaves its tile as unfinished sums in accumulator width, and is read back for each
 * visit; the first visit reads zeros.
 *
 * The search calls `price` a thousand times per layer, so it allocates nothing and works out again only what a changed part of the order changes.
 */
export class OrderCost {
  private readonly shared: Shared;
  /** Sides of a tile for one processing element: output rows and columns, filter rows and columns. */
  private readonly sides: readonly [Float64Array, Float64Array, Float64Array, Float64Array];
  private readonly tensors: Triple<TensorTiles>;
  private readonly found = { multiplier: [0, 0] as [number, number], registers: [0, 0, 0] as Numbers, buffer: [0, 0, 0] as Numbers };
  /** Register part of each tensor as the registers' size alone allows it. */
  private readonly longest: Numbers = [0, 0, 0];
  private readonly fitsRegisters: boolean;
  /** Scratch of `shareBuffer`: bits that a part of each tensor takes, and what it costs more than the whole. */
  private readonly taken: Triple<Float64Array>;
  private readonly extraPJ: Triple<Float64Array>;

  constructor(private readonly problem: MappingProblem) {
    const { dimensions, sums, registerElements, accelerator } = problem;
    const array = () => new Float64Array(dimensions.length + 1);
    this.shared = { inside: array(), sumsOutside: array(), windowOne: array(), windowAll: array() };
    this.shared.inside[0] = 1;
    this.shared.sumsOutside[0] = sums;
    this.sides = [array(), array(), array(), array()];
    for (const side of this.sides) side[0] = 1;
    this.measureWindow(0);
    this.tensors = [new TensorTiles(problem, 0), new TensorTiles(problem, 1), new TensorTiles(problem, 2)];
    const { moving, stationary, result } = accelerator.registers;
    this.fitsRegisters = [moving, stationary, result].every((file, index) => !file || registerElements[index]! >= 1);
    this.taken = [array(), array(), array()];
    this.extraPJ = [array(), array(), array()];
  }

  /** Boundaries of the order that was priced last, if its price was below the bound. The next one overwrites them. */
  get boundaries(): Boundaries {
    return this.found;
  }

  /**
   * Picojoules of the contraction in this order; Infinity where that is certain to reach `bound` or where tiles of one element do not fit.
   * @param first of the loops that may differ from the order that was priced before.
   * @param end the first loop behind those.
   */
  price({ dimensions, factors }: LoopOrder, bound: number, first = 0, end = dimensions.length): number {
    const { problem, found, longest, tensors } = this;
    const { inside } = this.shared;
    this.measure(dimensions, factors, first, end);
    if (!this.fitsRegisters) return Number.POSITIVE_INFINITY;
    const count = dimensions.length;
    let total = problem.constantPJ;
    for (let index = 0; index < 3; index++) {
      const { one, registerElements, registersPJ, bufferPJ, buffer } = tensors[index]!;
      let position = 0;
      if (index < 2) {
        while (position < count && one[position + 1] === 1) position++;
        found.multiplier[index] = position;
        total += problem.multiplierPJ[index]! / inside[position]!;
      }
      if (registerElements >= 1) while (position < count && one[position + 1]! <= registerElements) position++;
      longest[index] = position;
      found.registers[index] = position;
      found.buffer[index] = buffer < 0 ? position : count;
      total += registersPJ[position]! + bufferPJ[count]!;
    }
    for (let buffer = 0; buffer < problem.bufferBits.length && total < bound; buffer++)
      total += this.shareBuffer(buffer, count, bound - total);
    return total < bound ? total : Number.POSITIVE_INFINITY;
  }

  private measure(dimensions: readonly number[], factors: readonly number[], first: number, end: number): void {
    const { sides, shared, tensors } = this;
    const { inside, sumsOutside, windowOne, windowAll } = shared;
    const { summedOver } = this.problem;
    for (let loop = first; loop < end; loop++) {
      const dimension = dimensions[loop]!;
      const factor = factors[loop]!;
      const position = loop + 1;
      inside[position] = inside[loop]! * factor;
      sumsOutside[position] = summedOver[dimension] ? sumsOutside[loop]! / factor : sumsOutside[loop]!;
      for (let side = 0; side < 4; side++)
        sides[side]![position] = dimension === windowSides[side] ? sides[side]![loop]! * factor : sides[side]![loop]!;
      if (isWindow[dimension]) {
        this.measureWindow(position);
      } else {
        windowOne[position] = windowOne[loop]!;
        windowAll[position] = windowAll[loop]!;
      }
    }
    tensors[0].measure(dimensions, factors, first, end, shared);
    tensors[1].measure(dimensions, factors, first, end, shared);
    tensors[2].measure(dimensions, factors, first, end, shared);
  }

  private measureWindow(position: number): void {
    const { nest, unroll } = this.problem;
    const { inputRows, inputColumns, strides, dilation } = nest;
    const y = this.sides[0][position]!;
    const x = this.sides[1][position]!;
    const filterY = this.sides[2][position]!;
    const filterX = this.sides[3][position]!;
    this.shared.windowOne[position] =
      Math.min(inputRows, (y - 1) * strides[0] + (filterY - 1) * dilation[0] + 1) *
      Math.min(inputColumns, (x - 1) * strides[1] + (filterX - 1) * dilation[1] + 1);
    this.shared.windowAll[position] =
      Math.min(inputRows, (y * unroll[rows]! - 1) * strides[0] + (filterY * unroll[filterRows]! - 1) * dilation[0] + 1) *
      Math.min(inputColumns, (x * unroll[columns]! - 1) * strides[1] + (filterX * unroll[filterColumns]! - 1) * dilation[1] + 1);
  }

  /** Fills `taken` and `extraPJ` for a tensor. A result lies in the buffer at the width in which it leaves the registers. */
  private measureParts(index: 0 | 1 | 2, buffer: number, count: number): void {
    const { all, registersPJ, bufferPJ, buffer: own } = this.tensors[index]!;
    const taken = this.taken[index];
    const extraPJ = this.extraPJ[index];
    if (own !== buffer) {
      // Takes nothing, and there is nothing to choose.
      taken.fill(0);
      extraPJ.fill(0);
      return;
    }
    const { operands } = this.problem;
    const { sumsOutside } = this.shared;
    const longest = this.longest[index];
    const width = index === 0 ? operands.moving : index === 1 ? operands.stationary : operands.result;
    for (let position = 0; position <= count; position++) {
      const unfinished = index === 2 && sumsOutside[position < longest ? position : longest]! > 1;
      taken[position] = all[position]! * (unfinished ? operands.sums : width);
      const shorter = position < longest ? registersPJ[position]! - registersPJ[longest]! : 0;
      extraPJ[position] = bufferPJ[position]! - bufferPJ[count]! + shorter;
    }
  }

  /**
   * What it costs at least that a buffer does not hold all of its tensors: each keeps the tile of some innermost part. A longer part never
   * costs more, so for each pair of parts of the result and the stationary operand the moving one takes what is left.
   */
  private shareBuffer(buffer: number, count: number, bound: number): number {
    const { found, longest, tensors } = this;
    const [takenMoving, takenStationary, takenResult] = this.taken;
    const [movingPJ, stationaryPJ, resultPJ] = this.extraPJ;
    const capacity = this.problem.bufferBits[buffer]!;
    this.measureParts(0, buffer, count);
    this.measureParts(1, buffer, count);
    this.measureParts(2, buffer, count);
    if (takenMoving[count]! + takenStationary[count]! + takenResult[count]! <= capacity) return 0;
    let best = bound;
    let parts: Numbers | undefined;
    for (let result = count; result >= 0 && resultPJ[result]! < best; result--) {
      // Of parts that take as much the longest is the cheapest.
      if (takenResult[result]! > capacity || (result < count && takenResult[result] === takenResult[result + 1])) continue;
      const left = capacity - takenResult[result]!;
      for (let stationary = count; stationary >= 0; stationary--) {
        const bothPJ = resultPJ[result]! + stationaryPJ[stationary]!;
        if (bothPJ >= best) break;
        if (takenStationary[stationary]! > left) continue;
        if (stationary < count && takenStationary[stationary] === takenStationary[stationary + 1]) continue;
        let moving = count;
        while (moving >= 0 && takenStationary[stationary]! + takenMoving[moving]! > left && bothPJ + movingPJ[moving]! < best) moving--;
        if (moving < 0 || bothPJ + movingPJ[moving]! >= best) continue;
        best = bothPJ + movingPJ[moving]!;
        parts = [moving, stationary, result];
      }
    }
    if (!parts) return Number.POSITIVE_INFINITY;
    for (let index = 0; index < 3; index++) {
      if (tensors[index]!.buffer !== buffer) continue;
      found.buffer[index] = parts[index]!;
      found.registers[index] = Math.min(longest[index]!, parts[index]!);
    }
    return best;
  }
}
