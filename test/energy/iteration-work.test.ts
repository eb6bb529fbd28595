import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { estimateNetwork } from '../../src/energy/estimate';
import type { IterationWork } from '../../src/energy/iteration-work';
import { createLedger, gatesRow } from '../../src/energy/ledger';
import { noWork } from '../../src/energy/work';
import { costOfWork } from '../../src/energy/work-cost';
import { findResidualBlocks } from '../../src/network/residual-blocks';
import { buildResNet } from '../../src/network/resnet';
import { layerEnergyRecordSchema } from '../../src/protocol/records';

const profile = findDeviceProfile('asic-45nm');
const graph = buildResNet({ depth: 14, inputShape: [16, 16, 3], classes: 10 });
const blocks = findResidualBlocks(graph).slice(1);
const batchSize = 8;
const bits = { weights: 8, activations: 8, gradients: 16, between: 16, predictor: { activations: 4, gradients: 10 } };
const convolutions = graph.layers.filter(({ kind }) => kind === 'conv2d').map(({ name }) => name);
/** Kernel elements by convolution, from the shapes of the paper's network and not from the code under test. */
const entriesOf = (name: string): number => {
  const layer = graph.layers.find((one) => one.name === name)!;
  if (layer.kind !== 'conv2d') throw new Error('not a convolution');
  const input = graph.layers.find((one) => one.name === layer.inputs[0])!;
  return layer.kernelSize[0] * layer.kernelSize[1] * input.outputShape.at(-1)! * layer.filters;
};

const gatedWork = (samples: (block: number) => number, gates = true): IterationWork => ({
  samples: batchSize,
  blocks: { samples: new Map(blocks.map(({ add }, index) => [add, samples(index)])), gates },
});
const predictedWork = (share: number): IterationWork => ({
  samples: batchSize,
  bits,
  predictedEntries: new Map(convolutions.map((name) => [name, Math.round(share * entriesOf(name))])),
});
const booked = (...works: IterationWork[]) => {
  const ledger = createLedger(graph, profile, batchSize);
  for (const work of works) ledger.executed(work);
  return ledger;
};
const rowsOf = (ledger: ReturnType<typeof booked>) => new Map(ledger.layers().map((row) => [row.name, row]));

describe('an iteration with gated blocks', () => {
  const full = estimateNetwork(graph, profile, { batchSize });

  it('costs for all samples what plain training costs, and the gates on top', () => {
    const ledger = booked(gatedWork(() => batchSize));
    const gates = rowsOf(ledger).get(gatesRow)!;
    const gatesJ = gates.forward + gates.inputGradient + gates.weightGradient + gates.update;
    expect((ledger.energyJ - gatesJ) / full.totalJ).toBeCloseTo(1, 12);
    // Each gate reads its block's input once more, forward and backward: a few per cent of the whole, not a few parts in ten thousand as its MACs.
    expect(gatesJ / full.totalJ).toBeGreaterThan(0.01);
    expect(gatesJ / full.totalJ).toBeLessThan(0.06);
    expect(layerEnergyRecordSchema.safeParse({ type: 'layerEnergy', iteration: 1, layers: ledger.layers() }).error).toBeUndefined();
  });

  it('charges each branch for the samples that ran through it, and shortcuts and everything else for all', () => {
    const samples = (block: number) => block + 1;
    const rows = rowsOf(booked(gatedWork(samples)));
    const inBranch = new Map(blocks.flatMap(({ add, branch }, index) => [...branch, add].map((name) => [name, samples(index)])));
    for (const [index, { name }] of graph.layers.entries()) {
      const expected = estimateNetwork(graph, profile, { batchSize: inBranch.get(name) ?? batchSize }).layers[index]!.phaseJ;
      expect(rows.get(name), name).toMatchObject(expected);
    }
  });

  it('charges a block that no sample took for the update of its weights alone', () => {
    const rows = rowsOf(booked(gatedWork(() => 0)));
    for (const name of blocks.flatMap(({ branch, add }) => [...branch, add])) {
      expect(rows.get(name)).toMatchObject({ forward: 0, inputGradient: 0, weightGradient: 0 });
    }
    expect(rows.get(blocks[0]!.branch[0]!)!.update).toBeGreaterThan(0);
  });

  it('has no gates to pay for under stochastic depth', () => {
    const ledger = booked(gatedWork(() => batchSize, false));
    expect(ledger.energyJ / full.totalJ).toBeCloseTo(1, 12);
    expect(rowsOf(ledger).has(gatesRow)).toBe(false);
    expect(ledger.macs().gates).toBe(0);
  });

  it('counts MACs by hand: executed samples times what one sample takes, and the gates', () => {
    const { forward, gates } = booked(gatedWork(() => 3)).macs();
    // 3×3 convolutions of 16 → 16 … 64 channels on 16×16 … 4×4 images: each block has two, a downsampling one the first with half the input channels.
    const pixels = [256, 64, 16];
    const channels = [16, 32, 64];
    const stage = (s: number) => 9 * channels[s]! ** 2 * pixels[s]!;
    const always = 256 * 9 * 3 * 16 + 2 * stage(0) + 64 * 16 * 32 + 16 * 32 * 64 + 64 * 10;
    const gated = 2 * stage(0) + 3.5 * stage(1) + 3.5 * stage(2);
    expect(forward).toBe(batchSize * always + 3 * gated);
    // Features of 16, 16, 32, 32 and 64 channels, the LSTM 800, the logit 10; each forward and twice backward. The first gate's state is zero,
    // and has no gradient.
    expect(gates).toBe(batchSize * (3 * (10 * (16 + 16 + 32 + 32 + 64) + 5 * 810) - 400));
  });
});

describe('an iteration with predicted gradient signs', () => {
  it('costs less the more entries are predicted, linearly, and less than fp32', () => {
    const [none, half, all] = [0, 0.5, 1].map((share) => booked(predictedWork(share)).energyJ) as [number, number, number];
    expect(none).toBeLessThan(booked({ samples: batchSize }).energyJ);
    expect(half).toBeLessThan(none);
    // Rounded to whole entries.
    expect((none - half) / (none - all)).toBeCloseTo(0.5, 3);
    expect(none).toBeCloseTo(estimateNetwork(graph, profile, { batchSize, bits }).totalJ, 12);
  });

  it('counts the predictor’s MACs on every entry and full ones on those left', () => {
    const plain = booked({ samples: batchSize }).macs();
    const dense = batchSize * 64 * 10;
    const macs = booked(predictedWork(0.75)).macs();
    expect(macs.predictor).toBe(plain.weightGradient - dense);
    expect((macs.weightGradient - dense) / macs.predictor).toBeCloseTo(0.25, 3);
    expect(macs.forward).toBe(plain.forward);
  });

  it('prices integer MACs by the product of their widths: 8×8 bits 0.23 pJ, 4×16 the same, fp32 where one side is wider than 16', () => {
    const perMac = (...widths: [number, number]) => costOfWork({ ...noWork, macs: [{ count: 1e12, bits: widths }] }, profile).compute;
    // Horowitz, ISSCC 2014: int8 multiplication 0.2 pJ and addition 0.03 pJ, fp32 3.7 and 0.9 pJ.
    expect(perMac(8, 8)).toBeCloseTo(0.23, 12);
    expect(perMac(4, 16)).toBeCloseTo(0.23, 12);
    expect(perMac(1, 1)).toBeCloseTo(0.03 + 0.2 / 64, 12);
    expect(perMac(8, 32)).toBeCloseTo(4.6, 12);
  });
});

it('a ledger resumes from JSON to the same bits, whatever ran in whatever order', () => {
  const work: fc.Arbitrary<IterationWork> = fc.record({
    samples: fc.integer({ min: 1, max: batchSize }),
    blocks: fc.option(
      fc.record({
        samples: fc
          .array(fc.integer({ min: 0, max: batchSize }), { minLength: blocks.length, maxLength: blocks.length })
          .map((samples) => new Map(blocks.map(({ add }, index) => [add, samples[index]!]))),
        gates: fc.boolean(),
      }),
      { nil: undefined },
    ),
    bits: fc.option(fc.constant(bits), { nil: undefined }),
    predictedEntries: fc.float({ min: 0, max: 1, noNaN: true }).map((share) => predictedWork(share).predictedEntries),
  });
  fc.assert(
    fc.property(fc.array(work, { maxLength: 20 }), fc.nat(20), (works, cut) => {
      const whole = booked(...works);
      const resumed = createLedger(graph, profile, batchSize);
      resumed.restore(JSON.parse(JSON.stringify(booked(...works.slice(0, cut)).state())));
      for (const one of works.slice(cut)) resumed.executed(one);
      expect(resumed.energyJ).toBe(whole.energyJ);
      expect(resumed.layers()).toEqual(whole.layers());
      expect(resumed.macs()).toEqual(whole.macs());
      expect(resumed.state()).toEqual(whole.state());
      const backwards = booked(...works.toReversed());
      expect(backwards.energyJ).toBe(whole.energyJ);
    }),
    { seed: 11, numRuns: 30 },
  );
});
