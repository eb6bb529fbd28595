import { type ContractionEnergy, contractionEnergy } from './contraction-energy';
import { type LoopDimension, loopDimensions } from './loop-nest';
import type { MappingProblem } from './mapping-problem';
import { type LoopOrder, OrderCost } from './order-cost';

interface MutableOrder extends LoopOrder {
  readonly dimensions: number[];
  readonly factors: number[];
}

/** Orders to start from, innermost dimension first: weights stay at the multipliers, or the result at the registers, or the input does. */
const startingOrders: readonly (readonly LoopDimension[])[] = [
  ['outputColumns', 'outputRows', 'batch', 'filterColumns', 'filterRows', 'inputChannels', 'outputChannels', 'groups'],
  ['filterColumns', 'filterRows', 'outputColumns', 'outputRows', 'batch', 'inputChannels', 'outputChannels', 'groups'],
];

/** A smaller change of the price than this share is rounding. */
const improvement = 1 - 1e-9;

function move(list: number[], from: number, to: number): void {
  const item = list[from]!;
  if (from < to) for (let index = from; index < to; index++) list[index] = list[index + 1]!;
  else for (let index = from; index > to; index--) list[index] = list[index - 1]!;
  list[to] = item;
}

function exchange(list: number[], one: number, other: number): void {
  const item = list[one]!;
  list[one] = list[other]!;
  list[other] = item;
}

/** Moves single loops and exchanges pairs for as long as that lowers the price. Changes the order in place; returns its price. */
function descend(cost: OrderCost, order: MutableOrder, start: number): number {
  const { dimensions, factors } = order;
  const count = dimensions.length;
  let price = start;
  let lastChange = 0;
  // Every loop is tried until all have been in vain since the last change.
  for (let tried = 0; tried - lastChange <= count; tried++) {
    const from = tried % count;
    for (let to = 0; to < count; to++) {
      if (to === from || (dimensions[from] === dimensions[to] && factors[from] === factors[to])) continue;
      move(dimensions, from, to);
      move(factors, from, to);
      const moved = cost.price(order, price * improvement);
      if (moved < price * improvement) {
        price = moved;
        lastChange = tried + 1;
        continue;
      }
      move(dimensions, to, from);
      move(factors, to, from);
      if (to < from) continue;
      exchange(dimensions, from, to);
      exchange(factors, from, to);
      const exchanged = cost.price(order, price * improvement);
      if (exchanged < price * improvement) {
        price = exchanged;
        lastChange = tried + 1;
        continue;
      }
      exchange(dimensions, from, to);
      exchange(factors, from, to);
    }
  }
  return price;
}

function startFrom(problem: MappingProblem, dimensions: readonly LoopDimension[]): MutableOrder {
  const rank = loopDimensions.map((name) => dimensions.indexOf(name));
  const indices = problem.dimensions.map((_, index) => index);
  indices.sort((a, b) => rank[problem.dimensions[a]!]! - rank[problem.dimensions[b]!]! || a - b);
  return { dimensions: indices.map((index) => problem.dimensions[index]!), factors: indices.map((index) => problem.factors[index]!) };
}

/** The same sequence each time, so that an estimate is the same each time (mulberry32). */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Energy of a contraction under the best loop order that a descent from several starts finds, and from there after `kicks` disturbances of
 * three loops each.
 * @throws RangeError when not even tiles of one element fit the registers or the buffer.
 */
export function bestContraction(problem: MappingProblem, kicks: number): ContractionEnergy {
  const cost = new OrderCost(problem);
  let found: LoopOrder | undefined;
  let bestPrice = Number.POSITIVE_INFINITY;
  for (const dimensions of startingOrders) {
    const order = startFrom(problem, dimensions);
    const price = descend(cost, order, cost.price(order, Number.POSITIVE_INFINITY));
    if (price < bestPrice) {
      bestPrice = price;
      found = order;
    }
  }
  if (!found) throw new RangeError('Not even one element of each operand fits the registers and the buffer of this device profile.');
  let best: LoopOrder = found;
  const random = pseudoRandom(1);
  const count = best.dimensions.length;
  for (let kick = 0; kick < kicks && count > 2; kick++) {
    const order: MutableOrder = { dimensions: [...best.dimensions], factors: [...best.factors] };
    for (let loop = 0; loop < 3; loop++) {
      const from = Math.floor(random() * count);
      const to = Math.floor(random() * count);
      move(order.dimensions, from, to);
      move(order.factors, from, to);
    }
    const price = descend(cost, order, cost.price(order, Number.POSITIVE_INFINITY));
    if (price < bestPrice * improvement) {
      bestPrice = price;
      best = order;
    }
  }
  cost.price(best, Number.POSITIVE_INFINITY);
  return contractionEnergy(problem, best, cost.boundaries);
}
