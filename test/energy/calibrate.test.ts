import { describe, expect, it } from 'vitest';
import { calibrate, type MeasuredPhase } from '../../src/energy/calibration/calibrate';
import { nonnegativeLeastSquares } from '../../src/energy/calibration/nonnegative-least-squares';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { estimateNetwork } from '../../src/energy/estimate';
import { buildResNet } from '../../src/network/resnet';
import { deviceProfileSchema } from '../../src/protocol/device-profile';

const base = findDeviceProfile('asic-45nm');
const graph = buildResNet({ depth: 8, inputShape: [16, 16, 3], classes: 10 });
const provenance = { name: 'mine', provenance: 'board.csv of 2026-11-25' };
/** The device that is measured: DRAM 0.6 ×, buffer 3 ×, arithmetic 2 × of the base profile. */
const truth = {
  ...base,
  arithmetic: {
    8: { addPJ: { ...base.arithmetic[8].addPJ, value: 0.06 }, multiplyPJ: { ...base.arithmetic[8].multiplyPJ, value: 0.4 } },
    32: { addPJ: { ...base.arithmetic[32].addPJ, value: 1.8 }, multiplyPJ: { ...base.arithmetic[32].multiplyPJ, value: 7.4 } },
  },
  buffer: { ...base.buffer, accessPJ: { ...base.buffer.accessPJ, value: 3 * base.buffer.accessPJ.value } },
  dram: { accessPJ: { ...base.dram.accessPJ, value: 780 } },
};

/** A sequence without randomness of about ± `share`. */
const noise = (index: number, share: number) => 1 + share * Math.sin(12.9898 * (index + 1));

function measurements(share: number, widthsInUse: readonly number[], batches = [1, 16]): MeasuredPhase[] {
  return widthsInUse.flatMap((bits) =>
    batches.flatMap((batchSize) => {
      const widths = { weights: bits, activations: bits, gradients: bits };
      return estimateNetwork(graph, truth, { batchSize, bits: widths }).layers.flatMap(({ name, phaseJ }, index) =>
        (['forward', 'weightGradient'] as const)
          .filter((phase) => phaseJ[phase] > 0)
          .map((phase) => ({ layer: name, phase, widths, batchSize, energyJ: phaseJ[phase] * noise(index + batchSize, share) })),
      );
    }),
  );
}

describe('calibration', () => {
  it('recovers known coefficients from exact measurements, within 3 % since mappings are those of the base profile', () => {
    const { factors, r2 } = calibrate(graph, base, measurements(0, [8, 32]), provenance);
    expect(Math.abs(factors['dram.accessPJ']! / 0.6 - 1)).toBeLessThan(0.03);
    expect(Math.abs(factors['buffer.accessPJ']! / 3 - 1)).toBeLessThan(0.03);
    expect(Math.abs(factors['arithmetic.32']! / 2 - 1)).toBeLessThan(0.03);
    expect(r2).toBeGreaterThan(0.999);
  });

  it('fits noisy measurements with residuals of the size of the noise, and says how well', () => {
    const noisy = measurements(0.03, [8, 32]);
    const { factors, r2, residualsJ, profile } = calibrate(graph, base, noisy, provenance);
    expect(Math.abs(factors['dram.accessPJ']! / 0.6 - 1)).toBeLessThan(0.15);
    expect(r2).toBeGreaterThan(0.98);
    for (const [index, residual] of residualsJ.entries()) expect(Math.abs(residual / noisy[index]!.energyJ)).toBeLessThan(0.1);
    expect(deviceProfileSchema.safeParse(profile).error).toBeUndefined();
    expect(profile.dram.accessPJ.source).toContain('Calibrated from board.csv of 2026-11-25; R²');
    expect(profile.buffer.bytes).toEqual(base.buffer.bytes);
    expect(base.dram.accessPJ.value).toBe(1300);
  });

  it('says what the measurements do not show, and what they cannot tell apart', () => {
    // Element-wise layers in fp32 alone: traffic to DRAM and the buffer always in the same proportion.
    const additions = measurements(0, [32]).filter(({ layer }) => layer.endsWith('_add'));
    const repeated = [...additions, ...additions];
    const { warnings } = calibrate(graph, base, repeated, provenance);
    expect(warnings.join(' ')).toContain('say nothing about arithmetic.8');
    expect(warnings.join(' ')).toContain('cannot tell dram.accessPJ from the other coefficients');
  });

  it('refuses fewer measurements than it takes', () => {
    expect(() => calibrate(graph, base, measurements(0, [32]).slice(0, 2), provenance)).toThrow('2 measurements cannot fit');
  });
});

it('non-negative least squares cuts at zero what would be negative, by hand', () => {
  // Unbounded: x = (2, −1). With x₂ ≥ 0 the best is x₁ = 3/2 on [1, 1]·x₁ = [2, 1].
  expect(
    nonnegativeLeastSquares(
      [
        [1, 1],
        [0, 1],
      ],
      [2, 1],
    )[0],
  ).toBeCloseTo(1.5, 9);
  expect(
    nonnegativeLeastSquares(
      [
        [1, 1],
        [0, 1],
      ],
      [2, 1],
    )[1],
  ).toBe(0);
});
