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
const isWindow = loopDimensions.map((_, dimension) => [rows, columns, filterRows, filterColumns].includes(dimension));

/**
 * What loop orders of one problem cost. The order is the tiling, too: a tensor's tile at a memory is what the longest innermost part of the
 * order touches that fits, and it is moved once for each iteration of the loops outside that part. Loops that do not index the tensor
 * lengthen the part without enlarging the tile, so stationarity needs no rule of its own. Every tensor has its own part at every memory; the
 * buffer's capacity is shared in the cheapest way.
 *
 * With T iterations in all, P of them inside the part, and F elements in the tile, F · T / P elements cross the border.
 *
 * A result whose part leaves out loops that it sums over leaves its tile as unfinished sums in accumulator width, and is read back for each
 * visit; the first visit reads zeros.
 *
 * The search calls `price` a thousand times per layer, so it allocates nothing.
 */
export class OrderCost {
  /** By number of loops inside: tile elements of each tensor in the buffer, iterations, summing iterations left outside. */
  private readonly tiles: Triple<Float64Array>;
  private readonly inside: Float64Array;
  private readonly sumsOutside: Float64Array;
  private readonly limits: Triple<number>;
  private readonly plain: Triple<readonly boolean[]>;
  private readonly windowed: Triple<boolean>;
  /** Every tensor once over the chip's border, the result finished. */
  private readonly compulsoryPJ: number;
  private readonly wholeOperandBits: number;
  private readonly found = { multiplier: [0, 0] as [number, number], registers: [0, 0, 0] as Numbers, buffer: [0, 0, 0] as Numbers };

  constructor(private readonly problem: MappingProblem) {
    const positions = problem.dimensions.length + 1;
    this.tiles = [new Float64Array(positions), new Float64Array(positions), new Float64Array(positions)];
    this.inside = new Float64Array(positions);
    this.sumsOutside = new Float64Array(positions);
    const { operands, accelerator, tensors, whole, prices, iterations } = problem;
    const { registers } = accelerator;
    this.limits = [
      registers.moving.bits / operands.moving,
      registers.stationary.bits / operands.stationary,
      registers.result.bits / operands.sums,
    ];
    const plainOf = (index: 0 | 1 | 2) =>
      loopDimensions.map(
        (_, dimension) => indexedBy[tensors[index]][dimension] === 1 && !(tensors[index] === 'input' && isWindow[dimension]),
      );
    this.plain = [plainOf(0), plainOf(1), plainOf(2)];
    this.windowed = [tensors[0] === 'input', tensors[1] === 'input', tensors[2] === 'input'];
    this.compulsoryPJ = (prices[0].buffer * whole[0] + prices[1].buffer * whole[1] + prices[2].buffer * whole[2]) / iterations;
    this.wholeOperandBits = whole[0] * operands.moving + whole[1] * operands.stationary;
  }

  /** Boundaries of the order that was priced last, if its price was below the bound. The next one overwrites them. */
  get boundaries(): Boundaries {
    return this.found;
  }

  /** Picojoules of the contraction in this order; Infinity where that is certain to reach `bound` or where tiles of one element do not fit. */
  price({ dimensions, factors }: LoopOrder, bound: number): number {
    const { problem, found, limits } = this;
    const { prices, summedOver } = problem;
    const { inputRows, inputColumns } = problem.nest;
    const [strideY, strideX] = problem.nest.strides;
    const [dilationY, dilationX] = problem.nest.dilation;
    const [plain0, plain1, plain2] = this.plain;
    const [windowed0, windowed1, windowed2] = this.windowed;
    if (limits[0] < 1 || limits[1] < 1 || limits[2] < 1) return Number.POSITIVE_INFINITY;
    let size0 = 1;
    let size1 = 1;
    let size2 = 1;
    let y = 1;
    let x = 1;
    let filterY = 1;
    let filterX = 1;
    let window = 1;
    let inside = 1;
    let sumsOutside = problem.sums;
    let kept0 = true;
    let kept1 = true;
    let open0 = true;
    let open1 = true;
    let open2 = true;
    let keptInside0 = 1;
    let keptInside1 = 1;
    let rate0 = 1;
    let rate1 = 1;
    let rate2 = 1;
    let leftOut = sumsOutside;
    found.multiplier.fill(0);
    found.registers.fill(0);
    for (let loop = 0; loop < dimensions.length && (open0 || open1 || open2); loop++) {
      const dimension = dimensions[loop]!;
      const factor = factors[loop]!;
      inside *= factor;
      if (summedOver[dimension]) sumsOutside /= factor;
      if (isWindow[dimension]) {
        if (dimension === rows) y *= factor;
        else if (dimension === columns) x *= factor;
        else if (dimension === filterRows) filterY *= factor;
        else filterX *= factor;
        window =
          Math.min(inputRows, (y - 1) * strideY + (filterY - 1) * dilationY + 1) *
          Math.min(inputColumns, (x - 1) * strideX + (filterX - 1) * dilationX + 1);
      }
      if (plain0[dimension]) size0 *= factor;
      if (plain1[dimension]) size1 *= factor;
      if (plain2[dimension]) size2 *= factor;
      if (open0) {
        const tile = windowed0 ? size0 * window : size0;
        kept0 &&= tile === 1;
        if (kept0) {
          keptInside0 = inside;
          found.multiplier[0] = loop + 1;
        }
        open0 = tile <= limits[0];
        if (open0) {
          rate0 = tile / inside;
          found.registers[0] = loop + 1;
        }
      }
      if (open1) {
        const tile = windowed1 ? size1 * window : size1;
        kept1 &&= tile === 1;
        if (kept1) {
          keptInside1 = inside;
          found.multiplier[1] = loop + 1;
        }
        open1 = tile <= limits[1];
        if (open1) {
          rate1 = tile / inside;
          found.registers[1] = loop + 1;
        }
      }
      if (open2) {
        const tile = windowed2 ? size2 * window : size2;
        open2 = tile <= limits[2];
        if (open2) {
          rate2 = tile / inside;
          leftOut = sumsOutside;
          found.registers[2] = loop + 1;
        }
      }
    }
    const unfinished = leftOut > 1;
    const onChip =
      problem.constantPJ +
      problem.multiplierPJ[0] / keptInside0 +
      problem.multiplierPJ[1] / keptInside1 +
      prices[0].registers * rate0 +
      prices[1].registers * rate1 +
      (unfinished ? prices[2].registersUnfinished : prices[2].registers) * rate2;
    if (onChip + this.compulsoryPJ >= bound) return Number.POSITIVE_INFINITY;
    const resultBits = unfinished ? problem.operands.sums : problem.operands.result;
    if (this.wholeOperandBits + problem.whole[2] * resultBits <= problem.accelerator.buffer.bits) {
      found.buffer.fill(dimensions.length);
      return onChip + this.compulsoryPJ;
    }
    this.measureTiles(dimensions, factors);
    return onChip + this.shareBuffer(dimensions.length, resultBits, bound - onChip);
  }

  /** Fills `tiles`, `inside` and `sumsOutside` for the whole array, which works on neighbouring tiles at once. */
  private measureTiles(dimensions: readonly number[], factors: readonly number[]): void {
    const { problem, plain, windowed, inside, sumsOutside } = this;
    const { unroll, summedOver, distinct } = problem;
    const { inputRows, inputColumns } = problem.nest;
    const [strideY, strideX] = problem.nest.strides;
    const [dilationY, dilationX] = problem.nest.dilation;
    let y = unroll[rows]!;
    let x = unroll[columns]!;
    let filterY = unroll[filterRows]!;
    let filterX = unroll[filterColumns]!;
    const spatialWindow = y * x * filterY * filterX;
    inside[0] = 1;
    sumsOutside[0] = problem.sums;
    for (let tensor = 0; tensor < 3; tensor++)
      this.tiles[tensor]![0] = windowed[tensor] ? distinct[tensor]! / spatialWindow : distinct[tensor]!;
    let window =
      Math.min(inputRows, (y - 1) * strideY + (filterY - 1) * dilationY + 1) *
      Math.min(inputColumns, (x - 1) * strideX + (filterX - 1) * dilationX + 1);
    const [tiles0, tiles1, tiles2] = this.tiles;
    let size0 = tiles0[0]!;
    let size1 = tiles1[0]!;
    let size2 = tiles2[0]!;
    const [windowed0, windowed1, windowed2] = windowed;
    const [plain0, plain1, plain2] = plain;
    if (windowed0) tiles0[0] = size0 * window;
    if (windowed1) tiles1[0] = size1 * window;
    if (windowed2) tiles2[0] = size2 * window;
    for (let loop = 0; loop < dimensions.length; loop++) {
      const dimension = dimensions[loop]!;
      const factor = factors[loop]!;
      inside[loop + 1] = inside[loop]! * factor;
      sumsOutside[loop + 1] = summedOver[dimension] ? sumsOutside[loop]! / factor : sumsOutside[loop]!;
      if (isWindow[dimension]) {
        if (dimension === rows) y *= factor;
        else if (dimension === columns) x *= factor;
        else if (dimension === filterRows) filterY *= factor;
        else filterX *= factor;
        window =
          Math.min(inputRows, (y - 1) * strideY + (filterY - 1) * dilationY + 1) *
          Math.min(inputColumns, (x - 1) * strideX + (filterX - 1) * dilationX + 1);
      }
      if (plain0[dimension]) size0 *= factor;
      if (plain1[dimension]) size1 *= factor;
      if (plain2[dimension]) size2 *= factor;
      tiles0[loop + 1] = windowed0 ? size0 * window : size0;
      tiles1[loop + 1] = windowed1 ? size1 * window : size1;
      tiles2[loop + 1] = windowed2 ? size2 * window : size2;
    }
  }

  /**
   * The cheapest way to share the buffer: each tensor keeps the tile of some innermost part, no shorter than its part in the registers. A
   * longer part never costs more, so for each pair of parts of the result and the stationary operand the moving one takes what is left.
   */
  private shareBuffer(count: number, resultBits: number, bound: number): number {
    const { problem, found, inside, sumsOutside } = this;
    const { prices, operands } = problem;
    const [tiles0, tiles1, tiles2] = this.tiles;
    const capacity = problem.accelerator.buffer.bits;
    let best = bound;
    let feasible = false;
    for (let result = count; result >= found.registers[2]; result--) {
      if (result < count && tiles2[result + 1] === tiles2[result]) continue;
      const resultTaken = tiles2[result]! * resultBits;
      if (resultTaken > capacity) continue;
      const resultPJ = ((sumsOutside[result]! > 1 ? prices[2].bufferUnfinished : prices[2].buffer) * tiles2[result]!) / inside[result]!;
      if (resultPJ >= best) break;
      for (let stationary = count; stationary >= found.registers[1]; stationary--) {
        if (stationary < count && tiles1[stationary + 1] === tiles1[stationary]) continue;
        const taken = resultTaken + tiles1[stationary]! * operands.stationary;
        if (taken > capacity) continue;
        const bothPJ = resultPJ + (prices[1].buffer * tiles1[stationary]!) / inside[stationary]!;
        if (bothPJ >= best) break;
        let moving = count;
        while (moving >= found.registers[0] && taken + tiles0[moving]! * operands.moving > capacity) moving--;
        if (moving < found.registers[0]) continue;
        const allPJ = bothPJ + (prices[0].buffer * tiles0[moving]!) / inside[moving]!;
        if (allPJ >= best) continue;
        best = allPJ;
        feasible = true;
        found.buffer[0] = moving;
        found.buffer[1] = stationary;
        found.buffer[2] = result;
      }
    }
    return feasible ? best : Number.POSITIVE_INFINITY;
  }
}

type Numbers = [number, number, number];
