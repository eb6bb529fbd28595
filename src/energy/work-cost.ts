import type { DeviceProfile } from '../protocol/device-profile';
import type { Component } from '../protocol/phases';
import type { MacCount, PhaseWork } from './work';

export type ComponentEnergies = Record<Component, number>;

const picojoule = 1e-12;

/**
 * Picojoules of one MAC. Up to 16 bits operands are integers: the multiplier grows with the product of the widths (8×8 bits 0.2 pJ and 32×32
 * bits 3.1 pJ in Horowitz, ISSCC 2014), the adder is that of 8-bit MACs. Wider ones are floating point, whatever the other operand's width.
 */
export function macOperations([a, b]: MacCount['bits']): { width: 8 | 32; multiplications: number } {
  return Math.max(a, b) > 16 ? { width: 32, multiplications: 1 } : { width: 8, multiplications: (a * b) / 64 };
}

function macPJ(bits: MacCount['bits'], { arithmetic }: DeviceProfile): number {
  const { width, multiplications } = macOperations(bits);
  const { addPJ, multiplyPJ } = arithmetic[width];
  return addPJ.value + multiplications * multiplyPJ.value;
}

/** Cycles of the array, element-wise operations spread over its units. */
export function cyclesOfWork(work: PhaseWork, { array }: DeviceProfile): number {
  return work.cycles + (work.additions + work.multiplications) / (array.rows.value * array.columns.value);
}

/**
 * Seconds that counted work takes: the array's cycles, or the traffic off-chip, whichever lasts longer. Undefined where the profile states no
 * clock.
 */
export function secondsOfWork(work: PhaseWork, profile: DeviceProfile): number | undefined {
  const { static: timing } = profile;
  if (!timing) return undefined;
  return Math.max(cyclesOfWork(work, profile) / timing.clockHz.value, work.dramBits / 8 / timing.dramBytesPerSecond.value);
}

/** Joules of counted work on a device. Without static power in the profile there is none in the result. */
export function costOfWork(work: PhaseWork, profile: DeviceProfile): ComponentEnergies {
  const element = profile.arithmetic[32];
  let macsPJ = 0;
  for (const { count, bits } of work.macs) macsPJ += count * macPJ(bits, profile);
  return {
    compute:
      picojoule *
      (macsPJ +
        (work.registerBits / 64) * profile.register.accessPJ.value +
        work.additions * element.addPJ.value +
        work.multiplications * element.multiplyPJ.value),
    sram: picojoule * (work.sramBits / 64) * profile.buffer.accessPJ.value,
    dram: picojoule * (work.dramBits / 64) * profile.dram.accessPJ.value,
    static: (profile.static?.powerW.value ?? 0) * (secondsOfWork(work, profile) ?? 0),
  };
}
