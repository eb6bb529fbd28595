import { describe, expect, it } from 'vitest';
import { builtinProfiles, findDeviceProfile } from '../../src/energy/device-profile';
import { noWork } from '../../src/energy/work';
import { costOfWork } from '../../src/energy/work-cost';
import { deviceProfileSchema } from '../../src/protocol/device-profile';

describe('device profiles', () => {
  it('survive JSON and satisfy their schema, a source beside each coefficient', () => {
    for (const profile of builtinProfiles) expect(deviceProfileSchema.parse(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
  });

  it('hold the word energies that follow from the published table: 35.2 pJ at 108 KB, 0.884 pJ at 64 bytes', () => {
    const { buffer, register, arithmetic } = findDeviceProfile('asic-45nm');
    expect(buffer.accessPJ.value).toBeCloseTo(35.1846, 4);
    expect(register.accessPJ.value).toBeCloseTo(0.88388, 5);
    expect(arithmetic[8].addPJ.value + arithmetic[8].multiplyPJ.value).toBeCloseTo(0.23, 12);
    expect(arithmetic[32].addPJ.value + arithmetic[32].multiplyPJ.value).toBeCloseTo(4.6, 12);
  });

  it('hold the published ratios of Eyeriss: 1 : 1 : 6 : 200 of a MAC, and of 16 bits at registers, buffer and DRAM, to four digits', () => {
    const { arithmetic, register, buffer, dram } = findDeviceProfile('eyeriss-65nm');
    const work = { ...noWork, macs: [{ count: 1, bits: [16, 16] as const }] };
    const macPJ = costOfWork(work, findDeviceProfile('eyeriss-65nm')).compute * 1e12;
    expect(macPJ).toBeCloseTo(4 * arithmetic[8].multiplyPJ.value + arithmetic[8].addPJ.value, 12);
    const perWord = [register, buffer, dram].map(({ accessPJ }) => (accessPJ.value * 16) / 64 / macPJ);
    [1, 6, 200].forEach((ratio, place) => {
      expect(Math.abs(perWord[place]! / ratio - 1)).toBeLessThan(5e-4);
    });
  });

  it('refuse a coefficient without source', () => {
    const profile = structuredClone(findDeviceProfile('asic-45nm')) as unknown as { dram: { accessPJ: { source?: string } } };
    delete profile.dram.accessPJ.source;
    expect(deviceProfileSchema.safeParse(profile).success).toBe(false);
  });

  it('name those there are when asked for another', () => {
    expect(() => findDeviceProfile('fpga')).toThrow('There is no device profile “fpga”; choose one of: asic-45nm, eyeriss-65nm.');
  });
});
