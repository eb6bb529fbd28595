import { describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { estimateNetwork, type LayerEstimate } from '../../src/energy/estimate';
import type { OperandBits } from '../../src/energy/work';
import { buildResNet } from '../../src/network/resnet';
import type { LayerGraph } from '../../src/protocol/layer-graph';
import { phases } from '../../src/protocol/phases';

/**
 * Expected energies are those of the best mappings that ZigZag 3.9.1 (PyPI zigzag-dse, KU Leuven) finds for single convolutions of ResNet-20
 * on a 16×16 array with a 108 KB buffer, 45 nm word energies, in microjoules.
 */
const published: [
  name: string,
  channels: number,
  bits: OperandBits,
  batch: number,
  forward: number,
  inputGradient: number,
  weightGradient: number,
][] = [
  ['group1_block1_conv1', 16, 8, 1, 9.06, 9.06, 9.07],
  ['group2_block2_conv1', 32, 8, 1, 7.44, 7.44, 7.52],
  ['group3_block2_conv1', 64, 8, 1, 10.82, 10.82, 10.73],
  ['group1_block1_conv1', 16, 32, 1, 39.49, 39.49, 39.57],
  ['group2_block2_conv1', 32, 32, 1, 33.32, 33.32, 32.93],
  ['group3_block2_conv1', 64, 32, 1, 46.61, 46.61, 46.11],
  ['group1_block1_conv1', 16, 8, 32, 277.65, 277.65, 278.06],
  ['group2_block2_conv1', 32, 8, 32, 189.03, 189.03, 195.23],
  ['group3_block2_conv1', 64, 8, 32, 150.47, 150.47, 171.77],
  ['group1_block1_conv1', 16, 32, 32, 1214.58, 1214.58, 1221.53],
  ['group2_block2_conv1', 32, 32, 32, 876.07, 876.07, 868.24],
  ['group3_block2_conv1', 64, 32, 32, 807.5, 807.5, 800.13],
];
/** Our search may find a little more or less than the published one. */
const tolerance = 0.035;

const profile = findDeviceProfile('asic-45nm');
const resnet20 = buildResNet({ depth: 20, inputShape: [32, 32, 3], classes: 10 });

function layerAt(name: string, bits: OperandBits, batchSize: number, graph: LayerGraph = resnet20): LayerEstimate {
  const widths = { weights: bits, activations: bits, gradients: bits };
  return estimateNetwork(graph, profile, { batchSize, bits: widths }).layers.find((layer) => layer.name === name)!;
}
const forward = (name: string, bits: OperandBits, batch: number) => layerAt(name, bits, batch).phaseJ.forward;
const names = ['group1_block1_conv1', 'group2_block2_conv1', 'group3_block2_conv1'] as const;

describe('the cost model beside a published mapper', () => {
  it.each(published)('%s, %d channels, %d bits, batch %d', (name, _channels, bits, batch, ...microjoules) => {
    const { phaseJ } = layerAt(name, bits, batch);
    [phaseJ.forward, phaseJ.inputGradient, phaseJ.weightGradient].forEach((joules, index) => {
      expect(Math.abs((joules * 1e6) / microjoules[index]! - 1)).toBeLessThan(tolerance);
    });
  });

  it('charges equal MACs by their bytes: 1 : 0.82 : 1.19 at 8 bits, within 0.01', () => {
    const [first, second, third] = names.map((name) => forward(name, 8, 1)) as [number, number, number];
    expect(Math.abs(second / first - 0.82)).toBeLessThan(0.01);
    expect(Math.abs(third / first - 1.19)).toBeLessThan(0.01);
  });

  it('makes fp32 cost 4.3 to 4.5 times int8 although its MACs cost 20 times as much', () => {
    for (const name of names) {
      const ratio = forward(name, 32, 1) / forward(name, 8, 1);
      expect(ratio).toBeGreaterThan(4.3);
      expect(ratio).toBeLessThan(4.5);
    }
  });

  // Published per MAC, batch 32 over batch 1: int8 0.96 / 0.79 / 0.43, fp32 0.96 / 0.82 / 0.54.
  it.each([
    [8, [0.96, 0.79, 0.43]],
    [32, [0.96, 0.82, 0.54]],
  ] as const)('amortises weights over the batch at %d bits, activations not, within 0.01', (bits, expected) => {
    names.forEach((name, index) => {
      expect(Math.abs(forward(name, bits, 32) / 32 / forward(name, bits, 1) - expected[index]!)).toBeLessThan(0.01);
    });
  });

  // The published network has no convolutions in its shortcuts.
  it.each([
    [32, 711],
    [8, 163],
  ] as const)('gives for ResNet-20 forward at %d bits, batch 1, shortcuts left out, %d µJ within 0.5 %%', (bits, microjoules) => {
    const widths = { weights: bits, activations: bits, gradients: bits };
    const { layers } = estimateNetwork(resnet20, profile, { batchSize: 1, bits: widths });
    const counted = layers.filter(({ name, macs }) => macs.forward > 0 && !name.includes('shortcut'));
    const sum = counted.reduce((total, layer) => total + layer.phaseJ.forward, 0);
    expect(Math.abs((sum * 1e6) / microjoules - 1)).toBeLessThan(0.005);
  });

  it('costs per MAC at 8 bits, batch 1: the stem 9 pJ, layers with stride 2 5.5 to 5.8, the dense layer 192 and its biases', () => {
    const perMac = (name: string) => (forward(name, 8, 1) * 1e12) / layerAt(name, 8, 1).macs.forward;
    expect(perMac('conv1')).toBeCloseTo(9, 1);
    expect(perMac('group2_block1_conv1')).toBeCloseTo(5.5, 1);
    expect(perMac('group3_block1_conv1')).toBeCloseTo(5.8, 1);
    // Ten biases of eight bits: 80 / 64 · (1300 + 2 · 35.2) pJ, and ten additions, over 640 MACs: 2.7 pJ each.
    expect(Math.abs(perMac('dense') - 192 - 2.7)).toBeLessThan(1);
  });
});

describe('estimateNetwork', () => {
  it('sums layers, phases and components to the same total', () => {
    const estimate = estimateNetwork(resnet20, profile, { batchSize: 32 });
    const byPhase = phases.reduce((sum, phase) => sum + estimate.phaseJ[phase], 0);
    const byComponent = Object.values(estimate.componentJ).reduce((sum, joules) => sum + joules, 0);
    expect(byPhase / estimate.totalJ).toBeCloseTo(1, 12);
    expect(byComponent / estimate.totalJ).toBeCloseTo(1, 12);
  });

  it('charges every layer that moves bytes, and only the input nothing', () => {
    const { layers } = estimateNetwork(resnet20, profile, { batchSize: 8 });
    expect(layers.filter((layer) => layer.phaseJ.forward === 0).map((layer) => layer.name)).toEqual(['input']);
  });

  it('computes no input gradient for the first convolution', () => {
    expect(layerAt('conv1', 32, 8).phaseJ.inputGradient).toBe(0);
  });

  it('updates weights once per batch, whatever its size', () => {
    expect(layerAt('dense', 32, 64).phaseJ.update).toBe(layerAt('dense', 32, 1).phaseJ.update);
  });

  it('refuses a batch that is no positive whole number', () => {
    expect(() => estimateNetwork(resnet20, profile, { batchSize: 0 })).toThrow('The batch size must be a positive whole number, not 0.');
  });
});
