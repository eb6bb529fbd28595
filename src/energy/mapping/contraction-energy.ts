import type { Accelerator } from './accelerator';
import type { ContractionTraffic, MemoryTraffic } from './contraction-traffic';

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

type Prices = Pick<Accelerator['buffer'], 'readPJ' | 'writePJ'>;
const priced = ({ readBits, writtenBits }: MemoryTraffic, { readPJ, writePJ }: Prices) => readBits * readPJ + writtenBits * writePJ;

/** What a contraction's traffic costs on an accelerator. */
export function contractionEnergy(traffic: ContractionTraffic, { registers, buffer, dram }: Accelerator, macPJ: number): ContractionEnergy {
  const [moving, stationary, result] = traffic.registers;
  return {
    macPJ: traffic.macs * macPJ,
    registersPJ: priced(moving, registers.moving) + priced(stationary, registers.stationary) + priced(result, registers.result),
    bufferPJ: priced(traffic.buffer, buffer),
    dramPJ: priced(traffic.dram, dram),
  };
}
