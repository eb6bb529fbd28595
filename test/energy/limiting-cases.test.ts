import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { estimateNetwork } from '../../src/energy/estimate';
import type { OperandBits } from '../../src/energy/work';
import { buildResNet } from '../../src/network/resnet';
import type { DeviceProfile } from '../../src/protocol/device-profile';
import { phases } from '../../src/protocol/phases';

const asic45nm = findDeviceProfile('asic-45nm');
const resnet20 = buildResNet({ depth: 20, inputShape: [32, 32, 3], classes: 10 });

/** The same device, each access at the same price, with a buffer of another size: what changes is the traffic alone. */
function withBufferBytes(bytes: number): DeviceProfile {
  const { buffer } = asic45nm;
  return { ...asic45nm, name: `${bytes} bytes`, buffer: { ...buffer, bytes: { ...buffer.bytes, value: bytes } } };
}

function layerOf(name: string, profile: DeviceProfile, batchSize: number, bits: OperandBits = 32) {
  const widths = { weights: bits, activations: bits, gradients: bits };
  return estimateNetwork(resnet20, profile, { batchSize, bits: widths }).layers.find((layer) => layer.name === name)!;
}

/** Convolutions of 16, 32 and 64 channels: elements of the input (and as many of the output) of one sample, and of the weights. */
const convolutions = [
  { name: 'group1_block1_conv1', activations: 16 * 32 * 32, weights: 9 * 16 * 16 },
  { name: 'group2_block2_conv1', activations: 32 * 16 * 16, weights: 9 * 32 * 32 },
  { name: 'group3_block2_conv1', activations: 64 * 8 * 8, weights: 9 * 64 * 64 },
] as const;
const contractions = ['forward', 'inputGradient', 'weightGradient'] as const;
const picojoulesPerWord = asic45nm.dram.accessPJ.value;

it('is what docs/energy.md works out by hand, to the digits given there', () => {
  const { compute, sram, dram } = layerOf('group1_block1_conv1', asic45nm, 1, 8).phases.forward;
  const macs = 9 * 16 * 16 * 32 * 32;
  expect(macs * (0.2 + 0.03)).toBeCloseTo(0.543e6, -3);
  expect(((2 * 16_384 + 2304) / 8) * 1300).toBeCloseTo(5.699e6, -3);
  expect(compute * 1e6 - macs * 0.23e-6).toBeCloseTo(2.446, 3);
  expect(sram * 1e6).toBeCloseTo(0.372, 3);
  expect(dram * 1e6).toBeCloseTo(5.699, 3);
});

describe('limiting cases, against traffic counted by hand', () => {
  it.each([1, 32])('with an endless buffer and %d samples each operand crosses to DRAM once, in all three phases', (batchSize) => {
    for (const { name, activations, weights } of convolutions) {
      const { phases } = layerOf(name, withBufferBytes(2 ** 40), batchSize);
      for (const phase of contractions) {
        const words = (2 * activations * batchSize + weights) / 2;
        expect(phases[phase].dram / (words * picojoulesPerWord * 1e-12)).toBeCloseTo(1, 12);
      }
    }
  });

  it('at batch 1 the buffer of 108 KB does as well as an endless one', () => {
    for (const { name } of convolutions)
      for (const phase of contractions)
        expect(layerOf(name, asic45nm, 1).phases[phase].dram).toBe(layerOf(name, withBufferBytes(2 ** 40), 1).phases[phase].dram);
  });

  it('with a buffer of 2 KB every layer moves several times as much, and DRAM takes most of its energy', () => {
    for (const { name } of convolutions) {
      const [tiny, usual] = [layerOf(name, withBufferBytes(2048), 1), layerOf(name, asic45nm, 1)];
      for (const phase of contractions) {
        expect(tiny.phases[phase].dram).toBeGreaterThan(5 * usual.phases[phase].dram);
        expect(tiny.phases[phase].dram).toBeGreaterThan(tiny.phases[phase].compute + tiny.phases[phase].sram);
      }
    }
  });

  it('refuses a buffer that holds not even one element of each operand', () => {
    expect(() => layerOf('conv1', withBufferBytes(1), 1)).toThrow('Not even one element of each operand fits');
  });

  it('a larger buffer at the same price per access never costs a network more, beyond 1 % that the search may miss', () => {
    const bytes = fc.integer({ min: 11, max: 20 }).map((exponent) => 2 ** exponent);
    const property = fc.property(bytes, fc.integer({ min: 2, max: 16 }), fc.constantFrom(1, 8, 128), (size, times, batchSize) => {
      const [small, large] = [size, size * times].map((value) => estimateNetwork(resnet20, withBufferBytes(value), { batchSize }));
      for (const phase of phases) expect(large!.phaseJ[phase]).toBeLessThanOrEqual(1.01 * small!.phaseJ[phase]);
    });
    fc.assert(property, { numRuns: 12 });
  });
});

describe('how much a bigger buffer costs at equal traffic', () => {
  /**
   * ZigZag 3.9.1 (PyPI zigzag-dse), our runs: 1 MB over 108 KB, 8 bits, batch 1: convolutions 7 to 11 % more. A word of 1 MB costs 100 pJ,
   * by Horowitz (ISSCC 2014).
   */
  it('7 to 11 % at 1 MB: choose it per profile, more is not better', () => {
    const { buffer } = asic45nm;
    const larger: DeviceProfile = {
      ...withBufferBytes(2 ** 20),
      buffer: { bytes: { ...buffer.bytes, value: 2 ** 20 }, accessPJ: { ...buffer.accessPJ, value: 100 } },
    };
    for (const { name } of convolutions) {
      const ratio = layerOf(name, larger, 1, 8).phaseJ.forward / layerOf(name, asic45nm, 1, 8).phaseJ.forward;
      expect(ratio).toBeGreaterThan(1.06);
      expect(ratio).toBeLessThan(1.12);
    }
  });

  /** Published: 0.95 to 1.03 at batch 1; only where the sums of batch 32 do not fit is it more. */
  it('a weight gradient costs 0.95 to 1.03 of the forward pass', () => {
    for (const { name } of convolutions) {
      for (const bits of [8, 32] as const) {
        const { phaseJ } = layerOf(name, asic45nm, 1, bits);
        expect(phaseJ.weightGradient / phaseJ.forward).toBeGreaterThan(0.95);
        expect(phaseJ.weightGradient / phaseJ.forward).toBeLessThan(1.03);
      }
    }
  });
});
