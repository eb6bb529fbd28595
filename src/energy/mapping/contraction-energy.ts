import type { Accelerator, ByRole } from './accelerator';
import type { ContractionTraffic, MemoryTraffic } from './contraction-traffic';
import type { Triple } from './mapping-problem';

/** Where the picojoules of a contraction go. */
export interface ContractionEnergy {
  readonly macPJ: number;
  readonly registersPJ: number;
  readonly bufferPJ: number;
  readonly dramPJ: number;
}

export function totalPJ({ macPJ, registersPJ, bufferPJ, dramPJ }: ContractionEnergy): number {
  return macPJ + registersPJ + bufferPJ + dramPJ;
}

const free = { readPJ: 0, writePJ: 0 };

function priced({ readBits, writtenBits }: MemoryTraffic, { readPJ, writePJ }: Accelerator['dram'] = free): number {
  return readBits * readPJ + writtenBits * writePJ;
}

const pricedByRole = ([moving, stationary, result]: Triple<MemoryTraffic>, memories: ByRole<Accelerator['dram'] | undefined>) =>
  priced(moving, memories.moving) + priced(stationary, memories.stationary) + priced(result, memories.result);

/** What a contraction's traffic costs on an accelerator. */
export function contractionEnergy(
  traffic: ContractionTraffic,
  { registers, buffers, dram }: Accelerator,
  macPJ: number,
): ContractionEnergy {
  return {
    macPJ: traffic.macs * macPJ,
    registersPJ: pricedByRole(traffic.registers, registers),
    bufferPJ: pricedByRole(traffic.buffers, buffers),
    dramPJ: priced(traffic.dram, dram),
  };
}
