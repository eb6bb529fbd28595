import { contractionEnergy, totalPJ } from '../../energy/mapping/contraction-energy';
import { mappingProblem } from '../../energy/mapping/mapping-problem';
import { bestMapping } from '../../energy/mapping/search';
import type { ReferenceCase } from './reference-file';

/** Our mapping of one case over the published one. */
export interface ComparedCase {
  readonly name: string;
  readonly energyRatio: number;
  readonly dramRatio: number;
  /** Why there is no mapping; the ratios are then infinite. */
  readonly problem?: string;
}

export interface Comparison {
  /** Furthest from the reference first. */
  readonly cases: readonly ComparedCase[];
  readonly energyWithin: number;
  readonly dramWithin: number;
  readonly met: boolean;
}

/** A case agrees when total energy is within 10 % and off-chip traffic within 5 %; each must hold for 95 % of the cases. */
const energyTolerance = 0.1;
const dramTolerance = 0.05;
const requiredShare = 0.95;

/** Far more than an estimate at the editor takes, as nobody waits for this one. */
const effort = { descents: 9, kicks: 60 };

const distance = ({ energyRatio, dramRatio }: ComparedCase) => Math.max(Math.abs(energyRatio - 1), Math.abs(dramRatio - 1));

function furthestFirst(a: ComparedCase, b: ComparedCase): number {
  const [one, other] = [distance(a), distance(b)];
  return one === other ? 0 : other - one;
}

function compare({ name, nest, accelerator, operands, unroll, referencePJ, referenceBits }: ReferenceCase): ComparedCase {
  try {
    const { traffic } = bestMapping(mappingProblem(nest, accelerator, operands, unroll), effort);
    const { readBits, writtenBits } = traffic.dram;
    const energy = contractionEnergy(traffic, accelerator, operands.macPJ);
    return { name, energyRatio: totalPJ(energy) / referencePJ, dramRatio: (readBits + writtenBits) / referenceBits };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { name, energyRatio: Number.POSITIVE_INFINITY, dramRatio: Number.POSITIVE_INFINITY, problem: error.message };
  }
}

/** Maps every case and holds it against its reference. */
export function compareWithReference(references: readonly ReferenceCase[]): Comparison {
  const cases = references.map(compare);
  const within = (ratio: (one: ComparedCase) => number, tolerance: number) =>
    cases.filter((one) => Math.abs(ratio(one) - 1) <= tolerance).length / cases.length;
  const energyWithin = within((one) => one.energyRatio, energyTolerance);
  const dramWithin = within((one) => one.dramRatio, dramTolerance);
  return {
    cases: cases.sort(furthestFirst),
    ...{ energyWithin, dramWithin, met: energyWithin >= requiredShare && dramWithin >= requiredShare },
  };
}
