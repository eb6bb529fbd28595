import * as z from 'zod';
import { type Accelerator, type OperandPrices, spatialUnrolling } from '../../energy/mapping/accelerator';
import { type LoopNest, type LoopSizes, loopDimensions, nestMacs, tileElements } from '../../energy/mapping/loop-nest';
import { issuesInWords } from '../../protocol/issue-in-words';
import { acceleratorSchema, builtAccelerator } from './reference-accelerator';

const positive = z.number().positive();
const count = z.int().min(1);

const resultSchema = z.object({
  dims: z.object({ B: count, G: count.nullish(), K: count, C: count, OY: count, OX: count, F: count, stride: count }),
  operand_elements: z.object({ I: count, W: count, O: count }),
  macs: count.optional(),
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

function writtenUnrolling(name: string, text: string, array: readonly [number, number]): LoopSizes {
  const unroll = loopDimensions.map(() => 1);
  for (const [, letter, factor] of text.matchAll(/\b([A-Z]{1,2}): (\d+)/g)) {
    const dimension = letters.indexOf(letter!);
    if (dimension < 0 || Number(factor) < 1)
      throw new RangeError(`Case “${name}”: spatial_mapping has “${letter}: ${factor}”, which is no loop of a convolution.`);
    unroll[dimension] = unroll[dimension]! * Number(factor);
  }
  const units = unroll.reduce((product, size) => product * size, 1);
  if (units > array[0] * array[1])
    throw new RangeError(`Case “${name}”: spatial_mapping uses ${units} processing elements of an array of ${array[0]}×${array[1]}.`);
  return unroll;
}

/**
 * Rows and columns of the stored input, which the file gives as a number of elements alone: of all that the windows reach into, those whose
 * padding is spread most evenly over rows and columns.
 */
function inputSize(name: string, { dims, operand_elements }: Result): [number, number] {
  const { B, C, OY, OX, F, stride } = dims;
  const plane = operand_elements.I / (B * C * (dims.G ?? 1));
  // The last row and column may be there though no window reaches them.
  const [mostRows, mostColumns] = [Math.max((OY - 1) * stride + F, OY * stride), Math.max((OX - 1) * stride + F, OX * stride)];
  const candidates = Array.from({ length: mostRows }, (_, index): [number, number] => [index + 1, plane / (index + 1)]).filter(
    ([, columns]) => Number.isInteger(columns) && columns <= mostColumns,
  );
  const unevenness = ([rows, columns]: [number, number]) => Math.abs(mostRows - rows - (mostColumns - columns));
  const [found] = candidates.sort((a, b) => unevenness(a) - unevenness(b));
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
  if (result.macs !== undefined && result.macs !== nestMacs(nest))
    throw new RangeError(`Case “${name}”: macs is ${result.macs}, but its dims give ${nestMacs(nest)}.`);
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
  if (!parsed.success) throw new RangeError(issuesInWords(parsed.error.issues.slice(0, 1), json, fieldOf));
  const { accelerators, results } = parsed.data;
  const built = new Map(Object.entries(accelerators).map(([name, described]) => [name, builtAccelerator(name, described)]));
  const cases = Object.entries(results).map(([name, result]): ReferenceCase => {
    const key = name.split('|')[0]!;
    const described = accelerators[key];
    if (!described) throw new RangeError(`Case “${name}”: there is no accelerator “${key}” in the file.`);
    const nest = referenceNest(name, result);
    const accelerator = built.get(key)!;
    const { array, operand_bits: bits } = described;
    const { I, W, O } = result.operand_elements;
    const compulsoryBits = I * bits.I + W * bits.W + O * bits.O_final;
    return {
      ...{ name, nest, accelerator, compulsoryBits },
      operands: { moving: bits.I, stationary: bits.W, sums: bits.O, result: bits.O_final, macPJ: described.pJ_per_mac },
      unroll: result.spatial_mapping ? writtenUnrolling(name, result.spatial_mapping, array) : spatialUnrolling(nest, accelerator),
      referencePJ: result.energy_pJ,
      referenceBits: result.dram_over_compulsory * compulsoryBits,
    };
  });
  if (cases.length === 0) throw new RangeError('“results” has no case.');
  return cases;
}

const fieldOf = (path: readonly PropertyKey[]): string => (path.length > 0 ? `“${path.join(' → ')}”` : 'The file');
