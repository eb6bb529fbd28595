import type { DeviceProfile } from '../../protocol/device-profile';
import type { PhaseWork } from '../work';
import { costOfWork } from '../work-cost';

/** Prices that are fitted as factors over the base profile's; a factor holds for all values that stand under its name. */
export const priceCoefficients = ['arithmetic.8', 'arithmetic.32', 'register.accessPJ', 'buffer.accessPJ', 'dram.accessPJ'] as const;
export type PriceCoefficient = (typeof priceCoefficients)[number];

export const staticPower = 'static.powerW';

/** All that can be fitted: prices, and the static power in watts. */
export const fittedCoefficients = [...priceCoefficients, staticPower] as const;
export type FittedCoefficient = (typeof fittedCoefficients)[number];

/** A profile with other prices. @param source of those that differ from the base profile's. */
export function scaledPrices(base: DeviceProfile, factorOf: (coefficient: PriceCoefficient) => number, source?: string): DeviceProfile {
  const times = (coefficient: PriceCoefficient, one: { value: number; source: string }) => {
    const factor = factorOf(coefficient);
    return { value: one.value * factor, source: source !== undefined && factor !== 1 ? source : one.source };
  };
  const arithmetic = (width: 8 | 32) => ({
    addPJ: times(`arithmetic.${width}`, base.arithmetic[width].addPJ),
    multiplyPJ: times(`arithmetic.${width}`, base.arithmetic[width].multiplyPJ),
  });
  return {
    ...base,
    arithmetic: { 8: arithmetic(8), 32: arithmetic(32) },
    register: { ...base.register, accessPJ: times('register.accessPJ', base.register.accessPJ) },
    buffer: { ...base.buffer, accessPJ: times('buffer.accessPJ', base.buffer.accessPJ) },
    dram: { accessPJ: times('dram.accessPJ', base.dram.accessPJ) },
  };
}

/** What counted work costs by coefficient, in their order: joules at the base profile's price of each, and for static power joules per watt. */
export function contributionsUnder(base: DeviceProfile): (work: PhaseWork, seconds: number) => number[] {
  const alone = priceCoefficients.map((name) => scaledPrices(base, (other) => (other === name ? 1 : 0)));
  return (work, seconds) => [
    ...alone.map((profile) => {
      const { compute, sram, dram } = costOfWork(work, profile);
      return compute + sram + dram;
    }),
    seconds,
  ];
}
