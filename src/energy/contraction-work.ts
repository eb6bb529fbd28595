import { type Accelerator, spatialUnrolling } from './mapping/accelerator';
import type { MemoryTraffic } from './mapping/contraction-traffic';
import type { LoopNest } from './mapping/loop-nest';
import { mappingProblem } from './mapping/mapping-problem';
import { bestMapping } from './mapping/search';
import { beforeSearch } from './time-slice';

/** Widths in bits of the operands of one contraction. */
export interface ContractionWidths {
  readonly moving: number;
  readonly stationary: number;
  /** Partial sums. */
  readonly sums: number;
  /** The finished result. */
  readonly result: number;
}

/** Bits read and written at each memory, and cycles of the array. */
export interface ContractionWork {
  readonly registerBits: number;
  readonly bufferBits: number;
  readonly dramBits: number;
  readonly cycles: number;
}

/** More finds a few per mille and takes its time. */
const effort = { descents: 3, kicks: 3 };

const searches = new WeakMap<Accelerator, Map<string, ContractionWork>>();

function searchesOn(accelerator: Accelerator): Map<string, ContractionWork> {
  const made = searches.get(accelerator) ?? new Map<string, ContractionWork>();
  searches.set(accelerator, made);
  return made;
}

const nestNumbers = new WeakMap<LoopNest, number>();
const distinctNests = new Map<string, number>();

/** Equal for nests with equal loops. */
function nestNumber(nest: LoopNest): number {
  let number = nestNumbers.get(nest);
  if (number === undefined) {
    const key = JSON.stringify(nest);
    number = distinctNests.get(key) ?? distinctNests.size;
    distinctNests.set(key, number);
    nestNumbers.set(nest, number);
  }
  return number;
}

const bitsOf = (memories: readonly MemoryTraffic[]) =>
  memories.reduce((bits, { readBits, writtenBits }) => bits + readBits + writtenBits, 0);

/** Searched once for each contraction, device and number of samples, a power of two. */
function searched(nest: LoopNest, widths: ContractionWidths, accelerator: Accelerator, samples: number): ContractionWork {
  const { moving, stationary, sums, result } = widths;
  const known = searchesOn(accelerator);
  const key = `${nestNumber(nest)} ${samples} ${moving} ${stationary} ${sums} ${result}`;
  const remembered = known.get(key);
  if (remembered) return remembered;
  beforeSearch();
  const ofBatch = { ...nest, sizes: [samples, ...nest.sizes.slice(1)] };
  // The price of a MAC changes no order.
  const problem = mappingProblem(ofBatch, accelerator, { ...widths, macPJ: 0 }, spatialUnrolling(ofBatch, accelerator));
  const { registers, buffers, dram, cycles } = bestMapping(problem, effort).traffic;
  const work = {
    registerBits: bitsOf(registers),
    bufferBits: bitsOf(buffers),
    dramBits: dram.readBits + dram.writtenBits,
    cycles,
  };
  known.set(key, work);
  return work;
}

/** a + share · (b − a). */
function between(a: ContractionWork, b: ContractionWork, share: number): ContractionWork {
  const mixed = (quantity: keyof ContractionWork) => a[quantity] + share * (b[quantity] - a[quantity]);
  return { registerBits: mixed('registerBits'), bufferBits: mixed('bufferBits'), dramBits: mixed('dramBits'), cycles: mixed('cycles') };
}

const nothing: ContractionWork = { registerBits: 0, bufferBits: 0, dramBits: 0, cycles: 0 };

/**
 * What a contraction does on a number of samples. Searched are powers of two; between them the work is interpolated, since it is all but a
 * straight line in the samples: weights move once, everything else once per sample. So a run whose blocks execute on ever other numbers of
 * samples needs a handful of searches, and more samples never cost less for having an awkward factor.
 * @param nest for one sample.
 * @param samples may be a fraction: an expected number.
 */
export function contractionWork(nest: LoopNest, widths: ContractionWidths, device: Accelerator, samples: number): ContractionWork {
  if (samples < 1) return between(nothing, searched(nest, widths, device, 1), samples);
  const below = 2 ** Math.floor(Math.log2(samples));
  const fewer = searched(nest, widths, device, below);
  if (samples === below) return fewer;
  return between(fewer, searched(nest, widths, device, 2 * below), samples / below - 1);
}
