import type { Accelerator, ByRole, MemoryPrices, OperandPrices } from '../../../src/energy/mapping/accelerator';
import type { LoopNest, Tensor } from '../../../src/energy/mapping/loop-nest';

/**
 * The cheapest mapping of a tiny contraction by trying all: every order of the loops' prime factors, every part of it at every memory. What
 * moves is counted by running the loops and comparing the sets of elements that are touched, without a formula. Loops without padding only.
 */

type Loop = readonly [dimension: number, factor: number];
type Index = readonly number[];

function primes(number: number): number[] {
  for (let prime = 2; prime <= number; prime++) if (number % prime === 0) return [prime, ...primes(number / prime)];
  return [];
}

/** All different orders of the loops. */
function* orders(loops: readonly Loop[]): Generator<Loop[]> {
  if (loops.length === 0) yield [];
  const seen = new Set<string>();
  for (const [place, loop] of loops.entries()) {
    if (seen.has(loop.join())) continue;
    seen.add(loop.join());
    for (const rest of orders(loops.toSpliced(place, 1))) yield [loop, ...rest];
  }
}

/** Every combination of iterations of the loops, the first loop running fastest; each as an index by dimension. */
function iterations(loops: readonly Loop[], inside: readonly Loop[]): Index[] {
  const stride = Array.from({ length: 8 }, (_, dimension) =>
    inside.reduce((product, [other, factor]) => (other === dimension ? product * factor : product), 1),
  );
  let all: number[][] = [Array(8).fill(0)];
  for (const [dimension, factor] of loops) {
    const step = stride[dimension]!;
    all = Array.from({ length: factor }, (_, value) => all.map((index) => index.with(dimension, index[dimension]! + value * step))).flat();
    stride[dimension]! *= factor;
  }
  return all;
}

function elementOf(tensor: Tensor, [b = 0, k = 0, c = 0, y = 0, x = 0, fy = 0, fx = 0, g = 0]: Index, { strides }: LoopNest): string {
  if (tensor === 'weights') return `${k} ${c} ${fy} ${fx} ${g}`;
  if (tensor === 'output') return `${b} ${k} ${y} ${x} ${g}`;
  return `${b} ${c} ${y * strides[0] + fy} ${x * strides[1] + fx} ${g}`;
}

/** Which of the eight loops choose a tensor's elements, by the convolution's definition. */
const chosenBy: Record<Tensor, readonly number[]> = {
  input: [0, 2, 3, 4, 5, 6, 7],
  weights: [1, 2, 5, 6, 7],
  output: [0, 1, 3, 4, 7],
};

/**
 * What a part of an order holds of a tensor: elements of a tile, tiles that come one after the other, and of those different ones. A tile is
 * moved whole, as the published mappers count: nothing of a window that overlaps the one before stays.
 */
interface Part {
  readonly elements: number;
  readonly visits: number;
  readonly tiles: number;
}

function part(tensor: Tensor, nest: LoopNest, order: readonly Loop[], boundary: number, beside: readonly Loop[]): Part {
  const offsets = iterations([...beside, ...order.slice(0, boundary)], []);
  let before = '';
  let visits = 0;
  const touched = new Set(offsets.map((offset) => elementOf(tensor, offset, nest)));
  const different = new Set<string>();
  for (const outer of iterations(order.slice(boundary), [...beside, ...order.slice(0, boundary)])) {
    const tile = chosenBy[tensor].map((dimension) => outer[dimension]).join();
    if (tile !== before) visits++;
    before = tile;
    different.add(tile);
  }
  return { elements: touched.size, visits, tiles: different.size };
}

/** Energy that depends on where a tensor's tiles end, and what they take of its buffer. */
interface Choice {
  readonly pJ: number;
  readonly bits: number;
}

const roleNames = ['moving', 'stationary', 'result'] as const;

function choicesOf(role: keyof ByRole<unknown>, order: readonly Loop[], beside: readonly Loop[], layout: Layout): Choice[] {
  const { nest, accelerator, operands, macs, units } = layout;
  const { dram } = accelerator;
  const [file, buffer] = [accelerator.registers[role], accelerator.buffers[role]];
  const tensor = nest.roles[role];
  const behind = buffer ?? dram;
  const positions = Array.from({ length: order.length + 1 }, (_, boundary) => boundary);
  const one = positions.map((boundary) => part(tensor, nest, order, boundary, []));
  const spread = part(tensor, nest, [], 0, beside).elements;
  const all = positions.map((boundary) => part(tensor, nest, order, boundary, beside));
  const bits = role === 'result' ? operands.sums : operands[role];
  const atMultipliers = file
    ? role === 'result'
      ? macs * operands.sums * (file.readPJ + file.writePJ)
      : units * one[0]!.visits * bits * file.readPJ
    : 0;
  const holds = file ? file.bits / bits : role === 'result' ? 0 : 1;
  return positions.flatMap((inner) => {
    if (one[inner]!.elements > holds && !(role === 'result' && holds === 0 && inner === 0)) return [];
    const { elements, tiles } = one[inner]!;
    // Without a register a sum goes to the memory behind after each addition, also when the next one adds to it.
    const visits = role === 'result' && !file ? macs / units : one[inner]!.visits;
    const unfinished = role === 'result' && visits > tiles;
    const width = role === 'result' ? (unfinished ? operands.sums : operands.result) : bits;
    const moved = elements * visits * width;
    const toRegisters = spread * behind.readPJ + units * (file?.writePJ ?? 0);
    const fromRegisters = spread * behind.writePJ + units * (file?.readPJ ?? 0);
    const registersPJ = moved * (role === 'result' ? fromRegisters + (unfinished ? toRegisters : 0) : toRegisters);
    if (!buffer) return [{ pJ: atMultipliers + registersPJ, bits: 0 }];
    return positions.slice(inner).map((outer) => {
      const tile = all[outer]!;
      const open = role === 'result' && tile.visits > tile.tiles;
      const atBorder = tile.elements * tile.visits * (role === 'result' ? (open ? operands.sums : operands.result) : bits);
      const into = dram.readPJ + buffer.writePJ;
      const out = dram.writePJ + buffer.readPJ;
      return {
        pJ: atMultipliers + registersPJ + atBorder * (role === 'result' ? out + (open ? into : 0) : into),
        bits: tile.elements * width,
      };
    });
  });
}

interface Layout {
  readonly nest: LoopNest;
  readonly accelerator: Accelerator;
  readonly operands: OperandPrices;
  readonly macs: number;
  readonly units: number;
}

/** Those that no other choice beats in both energy and size. */
function worthwhile(choices: readonly Choice[]): Choice[] {
  const sorted = choices.toSorted((a, b) => a.bits - b.bits || a.pJ - b.pJ);
  let cheapest = Number.POSITIVE_INFINITY;
  return sorted.filter(({ pJ }) => {
    const better = pJ < cheapest;
    cheapest = Math.min(cheapest, pJ);
    return better;
  });
}

/** Picojoules of the cheapest mapping; Infinity where none fits. Sizes must be multiples of what runs side by side. */
export function cheapestPJ(nest: LoopNest, accelerator: Accelerator, operands: OperandPrices, unroll: readonly number[]): number {
  const beside = unroll.flatMap((count, dimension): Loop[] => (count > 1 ? [[dimension, count]] : []));
  const loops = nest.sizes.flatMap((size, dimension) => primes(size / unroll[dimension]!).map((factor): Loop => [dimension, factor]));
  const macs = nest.sizes.reduce((product, size) => product * size, 1);
  const layout = { nest, accelerator, operands, macs, units: unroll.reduce((product, count) => product * count, 1) };
  const capacities = new Map<MemoryPrices | undefined, number>(
    Object.values(accelerator.buffers).map((buffer) => [buffer, buffer?.bits ?? 0]),
  );
  let best = Number.POSITIVE_INFINITY;
  for (const order of orders(loops)) {
    const [moving, stationary, result] = roleNames.map((role) => worthwhile(choicesOf(role, order, beside, layout)));
    for (const a of moving!)
      for (const b of stationary!)
        for (const c of result!) {
          const pJ = a.pJ + b.pJ + c.pJ;
          if (pJ >= best) continue;
          const fits = [...capacities].every(([buffer, capacity]) => {
            const taken = [a, b, c].reduce(
              (sum, { bits }, role) => (accelerator.buffers[roleNames[role]!] === buffer ? sum + bits : sum),
              0,
            );
            return taken <= capacity;
          });
          if (fits) best = pJ;
        }
  }
  return best + macs * operands.macPJ;
}
