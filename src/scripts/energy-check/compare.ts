import { contractionEnergy, totalPJ } from '../../energy/mapping/contraction-energy';
import { mappingProblem } from '../../energy/mapping/mapping-problem';
import { bestMapping } from '../../energy/mapping/search';
import type { ReferenceCase } from './reference-file';

/** Our mapping of one case over the published one. */
export interface ComparedCase {
  readonly name: string;
  readonly energyRatio: number;
  readonly dramRatio: number;
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

/** Disturbances per case: far more than an estimate at the editor takes, as nobody waits for this one. */
const kicks = 40;

const distance = ({ energyRatio, dramRatio }: ComparedCase) => Math.max(Math.abs(energyRatio - 1), Math.abs(dramRatio - 1));

/** Maps every case and holds it against its reference. */
export function compareWithReference(references: readonly ReferenceCase[]): Comparison {
  const cases = references.map(({ name, nest, accelerator, operands, unroll, referencePJ, referenceBits }): ComparedCase => {
    const { traffic } = bestMapping(mappingProblem(nest, accelerator, operands, unroll), kicks);
    const { readBits, writtenBits } = traffic.dram;
    const energy = contractionEnergy(traffic, accelerator, operands.macPJ);
    return { name, energyRatio: totalPJ(energy) / referencePJ, dramRatio: (readBits + writtenBits) / referenceBits };
  });
  const within = (ratio: (one: ComparedCase) => number, tolerance: number) =>
    cases.filter((one) => Math.abs(ratio(one) - 1) <= tolerance).length / cases.length;
  const energyWithin = within((one) => one.energyRatio, energyTolerance);
  const dramWithin = within((one) => one.dramRatio, dramTolerance);
  return {
    cases: cases.sort((a, b) => distance(b) - distance(a)),
    ...{ energyWithin, dramWithin, met: energyWithin >= requiredShare && dramWithin >= requiredShare },
  };
}
