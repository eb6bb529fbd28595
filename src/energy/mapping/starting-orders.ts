import { indexedBy, tileElements } from './loop-nest';
import type { MappingProblem } from './mapping-problem';
import type { LoopOrder } from './order-cost';
import { divisors, primeFactors } from './smooth-numbers';

/** Iterations of each loop that lie inside a tile, in the order of `loopDimensions`. */
type Tile = readonly number[];

/** Elements of the three tensors that a tile touches. */
type Elements = [number, number, number];

const tensorIndices = [0, 1, 2] as const;

/** A memory level as the choice of tiles sees it. */
interface Level {
  /** Iterations of each loop to make tiles of. */
  readonly available: Tile;
  /** Iterations that every tile has. */
  readonly least: Tile;
  /** Iterations side by side that one iteration of a tile stands for: of the whole array, or of one processing element. */
  readonly sideBySide: Tile;
  fits(elements: Elements): boolean;
  /** Picojoules of an element of a tensor that crosses the border in every iteration, and of an element of unfinished sums. */
  readonly pricesPJ: readonly [number, number, number];
  readonly unfinishedPJ: number;
}

interface Found {
  readonly tile: Tile;
  readonly pJ: number;
}

/**
 * The cheapest tile of a level for each tensor that may stay in place outside of it. All tiles that divide the loops are looked at, but of
 * those that differ in the last loop alone the largest, since a larger tile never costs more.
 */
function cheapestTiles({ nest, tensors, sums, summedOver }: MappingProblem, level: Level): (Found | undefined)[] {
  const { available, least, sideBySide, pricesPJ } = level;
  const sizes = available.map((count, dimension) => divisors(count).filter((size) => size % least[dimension]! === 0));
  // The loop with the most divisors comes last, where they are not all looked at.
  const order = available.map((_, dimension) => dimension).sort((a, b) => sizes[a]!.length - sizes[b]!.length);
  const outside = tensors.map((tensor) => available.map((_, dimension) => indexedBy[tensor][dimension] === 0));
  const tile = [...least];
  const counts = tile.map((count, dimension) => count * sideBySide[dimension]!);
  const elements: Elements = [1, 1, 1];
  const found: (Found | undefined)[] = [undefined, undefined, undefined];

  const consider = () => {
    let inside = 1;
    let summed = 1;
    for (let dimension = 0; dimension < tile.length; dimension++) {
      inside *= tile[dimension]!;
      if (summedOver[dimension]) summed *= tile[dimension]!;
    }
    const resultPJ = (rest: number) => (summed * rest < sums ? level.unfinishedPJ : pricesPJ[2]) * elements[2];
    const movedPJ = [pricesPJ[0] * elements[0], pricesPJ[1] * elements[1], resultPJ(1)] as const;
    const allPJ = movedPJ[0] + movedPJ[1] + movedPJ[2];
    for (const kept of tensorIndices) {
      // While the loops that it does not depend on run, the kept tensor does not move.
      let rest = 1;
      for (let dimension = 0; dimension < tile.length; dimension++)
        if (outside[kept]![dimension]) rest *= available[dimension]! / tile[dimension]!;
      const keptPJ = kept === 2 ? resultPJ(rest) : movedPJ[kept];
      const pJ = (allPJ - movedPJ[kept] + keptPJ / rest) / inside;
      if (!found[kept] || pJ < found[kept].pJ) found[kept] = { tile: [...tile], pJ };
    }
  };
  const extend = (place: number): boolean => {
    for (const tensor of tensorIndices) elements[tensor] = tileElements(tensors[tensor], counts, nest);
    if (!level.fits(elements)) return false;
    if (place === order.length) {
      consider();
      return true;
    }
    const dimension = order[place]!;
    const choices = sizes[dimension]!;
    const last = place === order.length - 1;
    let any = false;
    for (let choice = 0; choice < choices.length; choice++) {
      tile[dimension] = choices[last ? choices.length - 1 - choice : choice]!;
      counts[dimension] = tile[dimension]! * sideBySide[dimension]!;
      const fits = extend(place + 1);
      any ||= fits;
      // Of the last loop the largest that fits is enough; in all others nothing fits behind one that does not.
      if (last === fits) break;
    }
    tile[dimension] = least[dimension]!;
    counts[dimension] = tile[dimension]! * sideBySide[dimension]!;
    return any;
  };
  extend(0);
  return found;
}

const without = (all: Tile, part: Tile): Tile => all.map((count, dimension) => count / part[dimension]!);

/** Loops of a tile one after the other, those that the tensor does not depend on innermost. */
function loopsOf(tile: Tile, { tensors }: MappingProblem, kept: number): number[][] {
  const beside = (dimension: number) => indexedBy[tensors[kept]!][dimension];
  const dimensions = tile.map((_, dimension) => dimension).sort((a, b) => beside(a)! - beside(b)! || b - a);
  return dimensions.flatMap((dimension) => primeFactors(tile[dimension]!).map((factor) => [dimension, factor]));
}

interface KeptTile {
  readonly tile: Tile;
  readonly kept: number;
}

/** The cheapest tiles of the buffers by the tensor that stays in place outside of them, with results of this width. */
function bufferTiles(problem: MappingProblem, resultBits: number, least: Tile): KeptTile[] {
  const { bufferBits, bufferOf, operands, prices, temporal } = problem;
  const widths = [operands.moving, operands.stationary, resultBits] as const;
  const fits = (elements: Elements) =>
    bufferBits.every((bits, buffer) => {
      let taken = 0;
      for (const tensor of tensorIndices) if (bufferOf[tensor] === buffer) taken += elements[tensor] * widths[tensor];
      return taken <= bits;
    });
  const found = cheapestTiles(problem, {
    ...{ available: temporal, least, sideBySide: problem.unroll, fits },
    pricesPJ: [prices[0].buffer, prices[1].buffer, prices[2].buffer],
    unfinishedPJ: prices[2].bufferUnfinished,
  });
  return found.flatMap((one, kept) => (one ? [{ tile: one.tile, kept }] : []));
}

/** Tiles for the buffers: those that hold unfinished sums, and those whose sums are finished before they come there, which are narrower. */
function buffersTiles(problem: MappingProblem): KeptTile[] {
  const { operands, temporal, summedOver } = problem;
  const one = temporal.map(() => 1);
  const unfinished = bufferTiles(problem, operands.sums, one);
  if (unfinished.some(({ tile }) => tile.every((count, dimension) => count === temporal[dimension]))) return [{ tile: temporal, kept: 2 }];
  if (operands.sums === operands.result) return unfinished;
  const finished = temporal.map((count, dimension) => (summedOver[dimension] ? count : 1));
  return [...unfinished, ...bufferTiles(problem, operands.result, finished)];
}

/**
 * Orders for a search to begin with: for each tensor that may stay in place outside the cheapest tiles of the buffers and, within those, of
 * the registers, in groups with equal tiles of the buffers. What both levels cost together, and how tensors share a buffer in unequal parts, is for the search to find.
 */
export function startingOrders(problem: MappingProblem): LoopOrder[][] {
  const { prices, registerElements, multiplierPJ, temporal } = problem;
  const one = temporal.map(() => 1);
  // The operand that is dearer to read again is the one to keep at the multiplier.
  const atMultiplier = multiplierPJ[0] > multiplierPJ[1] ? 0 : 1;
  return buffersTiles(problem).map(({ tile, kept: outside }) => {
    const registers = cheapestTiles(problem, {
      ...{ available: tile, least: one, sideBySide: one },
      fits: (elements) => tensorIndices.every((tensor) => elements[tensor] <= Math.max(1, registerElements[tensor])),
      pricesPJ: [prices[0].registers, prices[1].registers, prices[2].registers],
      unfinishedPJ: prices[2].registersUnfinished,
    });
    return registers.flatMap((inner, kept) => {
      if (!inner) return [];
      const loops = [
        ...loopsOf(inner.tile, problem, atMultiplier),
        ...loopsOf(without(tile, inner.tile), problem, kept),
        ...loopsOf(without(temporal, tile), problem, outside),
      ];
      return [{ dimensions: loops.map(([dimension]) => dimension!), factors: loops.map(([, factor]) => factor!) }];
    });
  });
}
