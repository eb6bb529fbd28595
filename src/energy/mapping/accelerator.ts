import { indexedBy, type LoopNest, type LoopSizes, loopDimensions } from './loop-nest';

/** A memory's size and prices. */
export interface MemoryPrices {
  /** Capacity in bits. */
  readonly bits: number;
  /** Picojoules per bit read and written. */
  readonly readPJ: number;
  readonly writePJ: number;
}

/** One of something for each operand, by the role that it has in a contraction. */
export interface ByRole<T> {
  readonly moving: T;
  readonly stationary: T;
  readonly result: T;
}

/** An array of processing elements with a register file for each operand, memories that they share, and off-chip memory. */
export interface Accelerator {
  readonly rows: number;
  readonly columns: number;
  /** Register files of one processing element. Undefined: its operand passes between the multiplier and the memory behind. */
  readonly registers: ByRole<MemoryPrices | undefined>;
  /** Operands whose memory is the same object share its capacity. Undefined: the operand moves between registers and off-chip memory. */
  readonly buffers: ByRole<MemoryPrices | undefined>;
  readonly dram: { readonly readPJ: number; readonly writePJ: number };
}

/** Widths of one contraction's operands in bits, and the price of its multiply-accumulate. */
export interface OperandPrices {
  readonly moving: number;
  readonly stationary: number;
  /** Partial sums. */
  readonly sums: number;
  /** The finished result. */
  readonly result: number;
  /** Picojoules per MAC. */
  readonly macPJ: number;
}

/** As many equal parts as it takes, each no longer than `limit`: the length of one. */
function fewestPasses(size: number, limit: number): number {
  return Math.ceil(size / Math.ceil(size / limit));
}

/**
 * Which loops run side by side: result channels along the rows and summed channels along the columns; with one channel per group (depthwise),
 * groups along the rows and output columns along the columns.
 */
export function spatialUnrolling({ sizes, roles }: LoopNest, { rows, columns }: Pick<Accelerator, 'rows' | 'columns'>): LoopSizes {
  const size = (dimension: number) => Math.max(1, Math.ceil(sizes[dimension] ?? 1));
  const [outputChannels, inputChannels, outputColumns, groups] = (
    ['outputChannels', 'inputChannels', 'outputColumns', 'groups'] as const
  ).map((name) => loopDimensions.indexOf(name)) as [number, number, number, number];
  const depthwise = size(groups) > 1 && size(outputChannels) === 1 && size(inputChannels) === 1;
  const exchanged = indexedBy[roles.result][outputChannels] === 0;
  const alongRows = depthwise ? groups : exchanged ? inputChannels : outputChannels;
  const alongColumns = depthwise ? outputColumns : exchanged ? outputChannels : inputChannels;
  const unroll = loopDimensions.map(() => 1);
  unroll[alongRows] = fewestPasses(size(alongRows), rows);
  unroll[alongColumns] = fewestPasses(size(alongColumns), columns);
  return unroll;
}
