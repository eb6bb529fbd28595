import { type ContractionTraffic, contractionTraffic } from './contraction-traffic';
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
    // Of equal loops side by side one is as good as another.
    if (from > 0 && dimensions[from] === dimensions[from - 1] && factors[from] === factors[from - 1]) continue;
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

const copyOf = ({ dimensions, factors }: LoopOrder): MutableOrder => ({ dimensions: [...dimensions], factors: [...factors] });

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

/** The cheapest loop order that was found, and what it does. */
export interface Mapping {
  readonly order: LoopOrder;
  readonly traffic: ContractionTraffic;
}

/** A search under way: the best order so far, and descents that may find a better one. */
class Search {
  private readonly cost: OrderCost;
  private best: LoopOrder | undefined;
  private bestPrice = Number.POSITIVE_INFINITY;

  constructor(private readonly problem: MappingProblem) {
    this.cost = new OrderCost(problem);
  }

  /** Descends from an order, unless it begins at more than so many times the best price. Changes the order in place. */
  try(order: MutableOrder, hopeful = Number.POSITIVE_INFINITY): void {
    const start = this.cost.price(order, Number.POSITIVE_INFINITY);
    if (this.best && start > hopeful * this.bestPrice) return;
    const price = descend(this.cost, order, start);
    if (!(price < this.bestPrice * improvement)) return;
    this.bestPrice = price;
    this.best = order;
  }

  /** @throws RangeError when not even tiles of one element fit the registers or the buffer. */
  get order(): LoopOrder {
    if (this.best) return this.best;
    throw new RangeError('Not even one element of each operand fits the registers and the buffer of this device profile.');
  }

  mapping(): Mapping {
    const { order } = this;
    this.cost.price(order, Number.POSITIVE_INFINITY);
    return { order, traffic: contractionTraffic(this.problem, order, this.cost.boundaries) };
  }
}

/**
 * The best mapping that descents from orders find which keep one tensor in place, and from there after `kicks` disturbances of three loops each.
 * @throws RangeError when not even tiles of one element fit the registers or the buffer.
 */
export function bestMapping(problem: MappingProblem, kicks: number): Mapping {
  const search = new Search(problem);
  for (const dimensions of startingOrders) search.try(startFrom(problem, dimensions));
  const random = pseudoRandom(1);
  const count = search.order.dimensions.length;
  for (let kick = 0; kick < kicks && count > 2; kick++) {
    const order = copyOf(search.order);
    for (let loop = 0; loop < 3; loop++) {
      const from = Math.floor(random() * count);
      const to = Math.floor(random() * count);
      move(order.dimensions, from, to);
      move(order.factors, from, to);
    }
    search.try(order);
  }
  return search.mapping();
}

/** A loop brought outside is worth a descent while it costs less than this many times the best. */
const hopeful = 1.5;

/**
 * The best mapping near a good order of the problem's loops, such as that of a similar problem: from the order itself, and with a loop of
 * each dimension brought outside, which is how a tensor that no longer fits the buffer is cut in pieces.
 * @throws RangeError when not even tiles of one element fit the registers or the buffer.
 */
export function refinedMapping(problem: MappingProblem, near: LoopOrder): Mapping {
  const search = new Search(problem);
  search.try(copyOf(near));
  for (let dimension = 0; dimension < loopDimensions.length; dimension++) {
    const order = copyOf(search.order);
    const outermost = order.dimensions.lastIndexOf(dimension);
    const last = order.dimensions.length - 1;
    if (outermost < 0 || outermost === last) continue;
    move(order.dimensions, outermost, last);
    move(order.factors, outermost, last);
    search.try(order, hopeful);
  }
  return search.mapping();
}
