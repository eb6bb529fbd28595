import * as z from 'zod';
import type { Accelerator, ByRole, MemoryPrices } from '../../energy/mapping/accelerator';

const positive = z.number().positive();
const count = z.int().min(1);
const operandNames = ['I1', 'I2', 'O'] as const;

const memorySchema = z.object({
  bits: positive,
  pJ_per_read: z.number().min(0),
  pJ_per_write: z.number().min(0),
  bits_per_access: positive,
  /** I1 moves, I2 is stationary, O is the result. */
  operands: z.array(z.enum(operandNames)).min(1),
  /** None for the registers of one processing element, both for a memory of the whole array. */
  shared_by_array_dimensions: z.array(z.enum(['D1', 'D2'])),
});
type ReferenceMemory = z.infer<typeof memorySchema>;

/** An accelerator as a reference file gives it. */
export const acceleratorSchema = z.object({
  memories: z.record(z.string(), memorySchema),
  array: z.tuple([count, count]),
  pJ_per_mac: z.number().min(0),
  operand_bits: z.object({ I: count, W: count, O: count, O_final: count }),
});
export type ReferenceAccelerator = z.infer<typeof acceleratorSchema>;

type Memory = readonly [name: string, memory: ReferenceMemory];

const roles = { I1: 'moving', I2: 'stationary', O: 'result' } as const;

function prices({ bits, pJ_per_read, pJ_per_write, bits_per_access }: ReferenceMemory): MemoryPrices {
  return { bits, readPJ: pJ_per_read / bits_per_access, writePJ: pJ_per_write / bits_per_access };
}

/** One memory at most for each operand; operands of one memory get the same object, whose capacity they share. */
function byRole(accelerator: string, memories: readonly Memory[]): ByRole<MemoryPrices | undefined> {
  const found: { -readonly [role in keyof ByRole<unknown>]: { name: string; prices: MemoryPrices } | undefined } = {
    ...{ moving: undefined, stationary: undefined, result: undefined },
  };
  for (const [name, memory] of memories) {
    const priced = { name, prices: prices(memory) };
    for (const operand of memory.operands) {
      const other = found[roles[operand]];
      if (other)
        throw new RangeError(
          `Accelerator “${accelerator}”: ${operand} is in “${other.name}” and in “${name}”; the mapper knows one level of registers and one of buffers for each operand.`,
        );
      found[roles[operand]] = priced;
    }
  }
  return { moving: found.moving?.prices, stationary: found.stationary?.prices, result: found.result?.prices };
}

/**
 * An accelerator as the mapper knows it: registers that belong to one processing element and one operand, memories that the whole array
 * shares, and “dram”, which holds everything. Any of the registers and buffers may be missing.
 * @throws RangeError with one sentence for an accelerator of another kind.
 */
export function builtAccelerator(name: string, { memories, array }: ReferenceAccelerator): Accelerator {
  const { dram, ...onChip } = memories;
  if (!dram || dram.operands.length < 3) throw new RangeError(`Accelerator “${name}”: there is no memory “dram” that holds I1, I2 and O.`);
  const entries: Memory[] = Object.entries(onChip);
  const sides = { D1: array[0], D2: array[1] };
  const longSides = (['D1', 'D2'] as const).filter((side) => sides[side] > 1);
  for (const [memory, { operands, shared_by_array_dimensions: shared }] of entries) {
    if (shared.length > 0 && !longSides.every((side) => shared.includes(side)))
      throw new RangeError(
        `Accelerator “${name}”: “${memory}” is shared along ${shared.join(' and ')} alone; the mapper knows registers of one processing element and memories of the whole array.`,
      );
    if (shared.length === 0 && operands.length > 1)
      throw new RangeError(
        `Accelerator “${name}”: “${memory}” are registers of ${operands.join(' and ')}; the mapper knows one file for each.`,
      );
  }
  const perElement = entries.filter(([, memory]) => memory.shared_by_array_dimensions.length === 0);
  const shared = entries.filter(([, memory]) => memory.shared_by_array_dimensions.length > 0);
  const { readPJ, writePJ } = prices(dram);
  return {
    ...{ rows: array[0], columns: array[1], registers: byRole(name, perElement), buffers: byRole(name, shared) },
    dram: { readPJ, writePJ },
  };
}
