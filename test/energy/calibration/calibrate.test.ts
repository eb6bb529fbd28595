import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibrate } from '../../../src/energy/calibration/calibrate';
import type { FittedCoefficient } from '../../../src/energy/calibration/coefficients';
import { deviceProfileSchema } from '../../../src/protocol/device-profile';
import { base, deviceOf, graph, measurementsOf, type Truth } from './known-device';

const called = { name: 'mine', provenance: 'board.csv of 2026-11-25' };
const truth: Truth = { arithmetic8: 2, arithmetic32: 2, register: 1, buffer: 3, dram: 0.6 };
const named = (warnings: readonly string[], coefficient: string) => warnings.some((sentence) => sentence.includes(coefficient));

/** What a truth comes to under the names of coefficients. */
function valuesOf(known: Truth): Record<FittedCoefficient, number> {
  return {
    'arithmetic.8': known.arithmetic8,
    'arithmetic.32': known.arithmetic32,
    'register.accessPJ': known.register,
    'buffer.accessPJ': known.buffer,
    'dram.accessPJ': known.dram,
    'static.powerW': known.static?.powerW ?? 0,
  };
}

describe('calibration', () => {
  it('recovers known coefficients from exact measurements within 1 %, those of 8-bit MACs, which are little of any energy, within 10 %', () => {
    const { factors, r2, relativeError } = calibrate(graph, base, measurementsOf(deviceOf(truth), { noise: 0, widths: [8, 32] }), called);
    const known = valuesOf(truth);
    for (const [name, factor] of Object.entries(factors))
      expect(Math.abs(factor / known[name as FittedCoefficient] - 1), name).toBeLessThan(name === 'arithmetic.8' ? 0.1 : 0.01);
    expect(r2).toBeGreaterThan(0.9999);
    expect(relativeError).toBeLessThan(0.001);
  });

  it('recovers any coefficients that it does not name, within five of its standard errors and 3 %, from measurements with 2 % of noise', () => {
    const factor = fc.double({ min: 0.4, max: 2.5, noNaN: true });
    const prices = { arithmetic8: factor, arithmetic32: factor, register: factor, buffer: factor, dram: factor };
    const timing = fc.record({
      powerW: fc.double({ min: 0.02, max: 0.2, noNaN: true }),
      // Either side of what a 45 nm array of 256 units and its memory do, so that some layers wait for each.
      clockHz: fc.double({ min: 1e8, max: 2e8, noNaN: true }),
      dramBytesPerSecond: fc.double({ min: 2e9, max: 8e9, noNaN: true }),
    });
    const determined = new Map<string, number>();
    const runs = 12;
    fc.assert(
      fc.property(fc.record({ ...prices, static: timing }), fc.integer({ min: 1, max: 1e6 }), (known, seed) => {
        const measured = measurementsOf(deviceOf(known), { noise: 0.02, seed, widths: [8, 32] });
        const { factors, staticPowerW, standardErrors, warnings } = calibrate(graph, base, measured, called);
        const values = valuesOf(known);
        for (const [name, value] of Object.entries({ ...factors, 'static.powerW': staticPowerW! }) as [FittedCoefficient, number][]) {
          if (named(warnings, name)) continue;
          determined.set(name, (determined.get(name) ?? 0) + 1);
          expect(Math.abs(value - values[name]), `${name} ${value} for ${values[name]}`).toBeLessThan(
            5 * standardErrors[name]! + 0.03 * values[name],
          );
          if (name !== 'static.powerW') expect(standardErrors[name]!).toBeLessThan(0.25 * Math.max(...Object.values(factors)));
        }
      }),
      { numRuns: runs, seed: 45, endOnFailure: true },
    );
    // It must not name everything: what most of the energy goes to is determined almost always.
    for (const name of ['arithmetic.32', 'dram.accessPJ', 'static.powerW']) expect(determined.get(name), name).toBeGreaterThan(runs / 2);
  });

  it('finds clock and bandwidth with the static power, and says when no measurement is as long as one of them', () => {
    const known = { ...truth, static: { powerW: 0.05, clockHz: 1.5e8, dramBytesPerSecond: 4e9 } };
    const both = calibrate(graph, base, measurementsOf(deviceOf(known), { noise: 0.02, widths: [32] }), called);
    expect(Math.abs(both.profile.static!.clockHz.value / 1.5e8 - 1)).toBeLessThan(0.02);
    expect(Math.abs(both.profile.static!.dramBytesPerSecond.value / 4e9 - 1)).toBeLessThan(0.02);
    expect(named(both.warnings, 'the least that the measured times allow')).toBe(false);
    const slow = { ...truth, static: { powerW: 0.05, clockHz: 1.5e8, dramBytesPerSecond: 1e8 } };
    const waiting = calibrate(graph, base, measurementsOf(deviceOf(slow), { noise: 0, widths: [32] }), called);
    expect(waiting.warnings.join('\n')).toMatch(/dram\.accessPJ and static\.powerW cannot be told apart by these measurements/);
    expect(named(waiting.warnings, 'No measurement takes as long as static.clockHz')).toBe(true);
    expect(waiting.profile.static!.clockHz.source).toContain('At least this');
  });

  it('fits no static power where times are missing, and says so', () => {
    const known = { ...truth, static: { powerW: 0.05, clockHz: 1.5e8, dramBytesPerSecond: 4e9 } };
    const timed = measurementsOf(deviceOf(known), { noise: 0, widths: [32] });
    const [{ seconds: _, ...untimed }, ...rest] = timed as [(typeof timed)[0], ...typeof timed];
    const { profile, staticPowerW, warnings } = calibrate(graph, base, [untimed, ...rest], called);
    expect({ staticPowerW, written: profile.static }).toEqual({ staticPowerW: undefined, written: undefined });
    expect(warnings).toContain(
      `1 of ${timed.length} measurements carry no time, so static power was not fitted: the new profile states none.`,
    );
  });

  it('takes the base profile’s static power for known where times are missing', () => {
    const known = { ...truth, static: { powerW: 0.05, clockHz: 1.5e8, dramBytesPerSecond: 4e9 } };
    const device = deviceOf(known);
    const measured = measurementsOf(device, { noise: 0, widths: [8, 32] }).map(({ seconds: _, ...one }) => one);
    const { factors, profile } = calibrate(graph, { ...base, static: device.static }, measured, called);
    expect(Math.abs(factors['dram.accessPJ']! / 0.6 - 1)).toBeLessThan(0.01);
    expect(profile.static).toEqual(device.static);
  });

  it('says what the measurements say nothing about, with what would', () => {
    const { warnings } = calibrate(graph, base, measurementsOf(deviceOf(truth), { noise: 0.01, widths: [32] }), called);
    expect(warnings).toContain(
      "The measurements say nothing about arithmetic.8: the base profile's value stays; measure a layer at int8 too.",
    );
  });

  it('names together what always goes in the same proportion, keeps the base profile’s proportion, and knows what to measure next', () => {
    // Additions alone: traffic to DRAM, to the buffer and arithmetic are proportional.
    const additions = measurementsOf(deviceOf({ ...truth, arithmetic32: 2, buffer: 2, dram: 2 }), {
      ...{ noise: 0.01, widths: [32], layers: ({ kind }) => kind === 'add', phases: ['forward'], batchSizes: [1, 2, 4, 8] },
    });
    const { warnings, factors } = calibrate(graph, base, additions, called);
    const sentence = warnings.find((one) => one.includes('cannot be told apart'))!;
    expect(sentence).toMatch(
      /^arithmetic\.32, buffer\.accessPJ and dram\.accessPJ cannot be told apart by these measurements, and other mixtures of them fit nearly as well: measure \S+ \S+ at (fp32|int8), batch \d too\.$/,
    );
    for (const factor of Object.values(factors)) expect(Math.abs(factor / 2 - 1)).toBeLessThan(0.05);
  });

  it('writes where each value is from, and leaves the old profile as it was', () => {
    const before = structuredClone(base);
    const { profile } = calibrate(graph, base, measurementsOf(deviceOf(truth), { noise: 0.03, widths: [8, 32] }), called);
    expect(deviceProfileSchema.safeParse(profile).error).toBeUndefined();
    expect(profile.dram.accessPJ.source).toMatch(/^Calibrated from board\.csv of 2026-11-25; R² 0\.9\d+\.$/);
    expect(profile.buffer.bytes).toEqual(base.buffer.bytes);
    expect(base).toEqual(before);
  });

  it('explains no variance where there is none', () => {
    const [one] = measurementsOf(deviceOf(truth), { noise: 0, widths: [32], layers: ({ kind }) => kind === 'add', phases: ['forward'] });
    const { r2, warnings } = calibrate(graph, base, [one!, one!, one!, one!, one!], called);
    expect(r2).toBe(0);
    expect(named(warnings, 'cannot be told apart')).toBe(true);
  });

  it('refuses fewer measurements than it takes', () => {
    const few = measurementsOf(deviceOf(truth), { noise: 0, widths: [32] }).slice(0, 2);
    expect(() => calibrate(graph, base, few, called)).toThrow('2 measurements cannot fit');
  });
});
