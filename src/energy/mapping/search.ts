import { type ContractionTraffic, contractionTraffic } from './contraction-traffic';
import type { MappingProblem } from './mapping-problem';
import { type LoopOrder, OrderCost } from './order-cost';
import { startingOrders } from './starting-orders';

interface MutableOrder extends LoopOrder {
  readonly dimensions: number[];
  readonly factors: number[];
}

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
  // Loops in which the order may differ from the one that was priced before.
  let [first, end] = [0, count];
  const lowers = (from: number, to: number) => {
    const [low, high] = from < to ? [from, to + 1] : [to, from + 1];
    const changed = cost.price(order, price * improvement, Math.min(first, low), Math.max(end, high));
    const lower = changed < price * improvement;
    if (lower) price = changed;
    [first, end] = lower ? [count, 0] : [low, high];
    return lower;
  };
  // Every loop is tried until all have been in vain since the last change.
  for (let tried = 0; tried - lastChange <= count; tried++) {
    const from = tried % count;
    // Of equal loops side by side one is as good as another.
    if (from > 0 && dimensions[from] === dimensions[from - 1] && factors[from] === factors[from - 1]) continue;
    for (let to = 0; to < count; to++) {
      // The loop before was moved here from there already.
      if (to === from || to === from - 1 || (dimensions[from] === dimensions[to] && factors[from] === factors[to])) continue;
      move(dimensions, from, to);
      move(factors, from, to);
      if (lowers(from, to)) {
        lastChange = tried + 1;
        continue;
      }
      move(dimensions, to, from);
      move(factors, to, from);
      // Neighbours that change places were just tried.
      if (to < from + 2) continue;
      exchange(dimensions, from, to);
      exchange(factors, from, to);
      if (lowers(from, to)) {
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

/** How long to search. */
export interface SearchEffort {
  /** Of the groups of starting orders so many are worth a descent, those with the cheapest orders. */
  readonly descents: number;
  /** Disturbances of three loops each, from which to descend again. */
  readonly kicks: number;
}

/**
 * The best mapping that descents from the cheapest starting orders find, and descents from there after disturbances.
 * @throws RangeError when not even tiles of one element fit the registers or the buffers.
 */
export function bestMapping(problem: MappingProblem, { descents, kicks }: SearchEffort): Mapping {
  const cost = new OrderCost(problem);
  const priced = (order: LoopOrder) => ({ order, price: cost.price(order, Number.POSITIVE_INFINITY) });
  let best: LoopOrder | undefined;
  let bestPrice = Number.POSITIVE_INFINITY;
  const tryFrom = (start: LoopOrder) => {
    const order = copyOf(start);
    const price = descend(cost, order, cost.price(order, Number.POSITIVE_INFINITY));
    if (!(price < bestPrice * improvement)) return;
    bestPrice = price;
    best = order;
  };
  const cheapest = startingOrders(problem).map((group) => group.map(priced).reduce((a, b) => (b.price < a.price ? b : a)));
  cheapest.sort((a, b) => a.price - b.price);
  for (const { order } of cheapest.slice(0, descents)) tryFrom(order);
  if (!best) throw new RangeError('Not even one element of each operand fits the registers and the buffer of this device profile.');
  const random = pseudoRandom(1);
  const count = problem.dimensions.length;
  for (let kick = 0; kick < kicks && count > 2; kick++) {
    const order = copyOf(best);
    for (let loop = 0; loop < 3; loop++) {
      const from = Math.floor(random() * count);
      const to = Math.floor(random() * count);
      move(order.dimensions, from, to);
      move(order.factors, from, to);
    }
    tryFrom(order);
  }
  cost.price(best, Number.POSITIVE_INFINITY);
  return { order: best, traffic: contractionTraffic(problem, best, cost.boundaries) };
}
