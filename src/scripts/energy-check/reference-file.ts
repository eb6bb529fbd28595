import * as z from 'zod';
import { type Accelerator, type MemoryPrices, type OperandPrices, spatialUnrolling } from '../../energy/mapping/accelerator';
import { type LoopNest, type LoopSizes, loopDimensions, tileElements } from '../../energy/mapping/loop-nest';

const positive = z.number().positive();
const count = z.int().min(1);

const memorySchema = z.object({ bits: positive, pJ_per_read: positive, pJ_per_write: positive, bits_per_access: positive });

const acceleratorSchema = z.object({
  memories: z.object({ rf_I: memorySchema, rf_W: memorySchema, rf_O: memorySchema, gb: memorySchema, dram: memorySchema }),
  array: z.tuple([count, count]),
  pJ_per_mac: positive,
  operand_bits: z.object({ I: count, W: count, O: count, O_final: count }),
});

const resultSchema = z.object({
  dims: z.object({ B: count, G: count.nullish(), K: count, C: count, OY: count, OX: count, F: count, stride: count }),
  operand_elements: z.object({ I: count, W: count, O: count }),
  energy_pJ: positive,
  dram_over_compulsory: positive,
  spatial_mapping: z.string().optional(),
});

const fileSchema = z.object({ accelerators: z.record(z.string(), acceleratorSchema), results: z.record(z.string(), resultSchema) });

/** One layer on one accelerator, and what a published mapper found for it. */
export interface ReferenceCase {
  readonly name: string;
  readonly nest: LoopNest;
  readonly accelerator: Accelerator;
  readonly operands: OperandPrices;
  readonly unroll: LoopSizes;
  /** Bits that cross the chip's border when every tensor does so once. */
  readonly compulsoryBits: number;
  readonly referencePJ: number;
  readonly referenceBits: number;
}

type Result = z.infer<typeof resultSchema>;

/** The letters of `spatial_mapping`, such as `{D1: {K: 16}, D2: {C: 16}}`, in the order of the loop dimensions. */
const letters = ['B', 'K', 'C', 'OY', 'OX', 'FY', 'FX', 'G'];

function writtenUnrolling(name: string, text: string): LoopSizes {
  const unroll = loopDimensions.map(() => 1);
  for (const [, letter, factor] of text.matchAll(/\b([A-Z]{1,2}): (\d+)/g)) {
    const dimension = letters.indexOf(letter!);
    if (dimension < 0 || Number(factor) < 1)
      throw new RangeError(`Case “${name}”: spatial_mapping has “${letter}: ${factor}”, which is no loop of a convolution.`);
    unroll[dimension] = unroll[dimension]! * Number(factor);
  }
  return unroll;
}

/** Rows and columns of the stored input, which the file gives as a number of elements alone. */
function inputSize(name: string, { dims, operand_elements }: Result): [number, number] {
  const { B, C, OY, OX, F, stride } = dims;
  const plane = operand_elements.I / (B * C * (dims.G ?? 1));
  const candidates: [number, number][] = [
    [OY * stride, OX * stride],
    [(OY - 1) * stride + F, (OX - 1) * stride + F],
    [Math.sqrt(plane), Math.sqrt(plane)],
  ];
  const found = candidates.find(([rows, columns]) => Number.isInteger(rows) && Number.isInteger(columns) && rows * columns === plane);
  if (!found) throw new RangeError(`Case “${name}”: operand_elements.I is ${operand_elements.I}, which is no input of these dims.`);
  return found;
}

function referenceNest(name: string, result: Result): LoopNest {
  const { B, K, C, OY, OX, F, stride } = result.dims;
  const [inputRows, inputColumns] = inputSize(name, result);
  const roles = name.includes('bwd_weight')
    ? ({ moving: 'input', stationary: 'output', result: 'weights' } as const)
    : ({ moving: 'input', stationary: 'weights', result: 'output' } as const);
  const nest: LoopNest = {
    ...{ sizes: [B, K, C, OY, OX, F, F, result.dims.G ?? 1], strides: [stride, stride], dilation: [1, 1] },
    ...{ inputRows, inputColumns, roles },
  };
  for (const [operand, tensor] of [
    ['W', roles.stationary],
    ['O', roles.result],
  ] as const) {
    const expected = tileElements(tensor, nest.sizes, nest);
    if (result.operand_elements[operand] !== expected)
      throw new RangeError(
        `Case “${name}”: operand_elements.${operand} is ${result.operand_elements[operand]}, but its dims give ${expected}.`,
      );
  }
  return nest;
}

function prices({ bits, pJ_per_read, pJ_per_write, bits_per_access }: z.infer<typeof memorySchema>): MemoryPrices {
  return { bits, readPJ: pJ_per_read / bits_per_access, writePJ: pJ_per_write / bits_per_access };
}

/**
 * The cases of a mapper's results: `accelerators` by name, and `results` by `ACCELERATOR|LAYER|Bbatch`, where a layer that ends in
 * `bwd_weight` sums over samples and positions into a weight gradient.
 * @throws RangeError with one sentence that names the place.
 */
export function readReferenceCases(text: string): ReferenceCase[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`It is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new RangeError(`At “${issue.path.join(' → ') || 'the top'}”: ${issue.message}.`);
  }
  const { accelerators, results } = parsed.data;
  const cases = Object.entries(results).map(([name, result]): ReferenceCase => {
    const key = name.split('|')[0]!;
    const described = accelerators[key];
    if (!described) throw new RangeError(`Case “${name}”: there is no accelerator “${key}” in the file.`);
    const nest = referenceNest(name, result);
    const { memories, array, operand_bits: bits } = described;
    const accelerator = {
      rows: array[0],
      columns: array[1],
      registers: { moving: prices(memories.rf_I), stationary: prices(memories.rf_W), result: prices(memories.rf_O) },
      buffer: prices(memories.gb),
      dram: prices(memories.dram),
    };
    const { I, W, O } = result.operand_elements;
    const compulsoryBits = I * bits.I + W * bits.W + O * bits.O_final;
    return {
      ...{ name, nest, accelerator, compulsoryBits },
      operands: { moving: bits.I, stationary: bits.W, sums: bits.O, result: bits.O_final, macPJ: described.pJ_per_mac },
      unroll: result.spatial_mapping ? writtenUnrolling(name, result.spatial_mapping) : spatialUnrolling(nest, accelerator),
      referencePJ: result.energy_pJ,
      referenceBits: result.dram_over_compulsory * compulsoryBits,
    };
  });
  if (cases.length === 0) throw new RangeError('“results” has no case.');
  return cases;
}
