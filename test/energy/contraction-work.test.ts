import { describe, expect, it } from 'vitest';
import { type ContractionWork, contractionWork } from '../../src/energy/contraction-work';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { layerNests } from '../../src/energy/layer-nests';
import { spatialUnrolling } from '../../src/energy/mapping/accelerator';
import { contractionEnergy, totalPJ } from '../../src/energy/mapping/contraction-energy';
import type { LoopNest } from '../../src/energy/mapping/loop-nest';
import { mappingProblem } from '../../src/energy/mapping/mapping-problem';
import { bestMapping } from '../../src/energy/mapping/search';
import { profileAccelerator } from '../../src/energy/profile-accelerator';
import { layerOf } from '../../src/network/graph-queries';
import { buildResNet } from '../../src/network/resnet';

const profile = findDeviceProfile('asic-45nm');
const accelerator = profileAccelerator(profile);
const graph = buildResNet({ depth: 20, inputShape: [32, 32, 3], classes: 10 });
const phases = ['forward', 'inputGradient', 'weightGradient'] as const;
const nestsOf = (name: string) => layerNests(graph, layerOf(graph, name))!;
const widthsOf = (bits: number) => ({ moving: bits, stationary: bits, sums: 32, result: bits });

function pJ({ registerBits, bufferBits, dramBits }: ContractionWork): number {
  return (
    (registerBits * profile.register.accessPJ.value + bufferBits * profile.buffer.accessPJ.value + dramBits * profile.dram.accessPJ.value) /
    64
  );
}

/** A search of its own for just this number of samples, with more disturbances. */
function searchedPJ(nest: LoopNest, bits: number, samples: number): number {
  const ofBatch = { ...nest, sizes: [samples, ...nest.sizes.slice(1)] };
  const problem = mappingProblem(ofBatch, accelerator, { ...widthsOf(bits), macPJ: 0 }, spatialUnrolling(ofBatch, accelerator));
  return totalPJ(contractionEnergy(bestMapping(problem, { descents: 9, kicks: 10 }).traffic, accelerator, 0));
}

describe('the work of a contraction on any number of samples', () => {
  it.each([
    ['group1_block1_conv1', 8],
    ['group2_block1_conv1', 8],
    ['group2_block1_shortcut_conv', 8],
    ['group3_block2_conv1', 32],
  ] as const)('is within 5 %% of a search for just that number: %s, %d bits', (name, bits) => {
    for (const phase of phases) {
      const nest = nestsOf(name)[phase];
      for (const samples of [1, 3, 20, 48, 64]) {
        const ratio = pJ(contractionWork(nest, widthsOf(bits), accelerator, samples)) / searchedPJ(nest, bits, samples);
        expect(Math.abs(ratio - 1), `${phase} of ${samples}`).toBeLessThan(0.05);
      }
    }
  });

  it('never costs a sample of the forward pass more in a larger batch, and never costs less in all', () => {
    const nest = nestsOf('group3_block2_conv1').forward;
    const energies = Array.from({ length: 64 }, (_, index) => pJ(contractionWork(nest, widthsOf(8), accelerator, index + 1)));
    energies.slice(1).forEach((energy, index) => {
      expect(energy).toBeGreaterThan(energies[index]!);
      expect(energy / (index + 2)).toBeLessThanOrEqual((energies[index]! / (index + 1)) * (1 + 1e-9));
    });
  });

  it('takes an expected fraction of a sample as that share of one', () => {
    const nest = nestsOf('group1_block1_conv1').forward;
    const one = contractionWork(nest, widthsOf(32), accelerator, 1);
    expect(contractionWork(nest, widthsOf(32), accelerator, 0.25).dramBits).toBe(one.dramBits / 4);
  });
});

it('does not fetch what a 1×1 window with stride 2 passes over: a quarter of the image', () => {
  const { forward } = nestsOf('group2_block1_shortcut_conv');
  // 16 of 32 rows and columns of 16 channels, 16 × 32 weights, 16×16×32 results.
  expect(contractionWork(forward, widthsOf(8), accelerator, 1).dramBits).toBe(8 * (16 * 16 * 16 + 16 * 32 + 16 * 16 * 32));
});
