import { describe, expect, test } from 'vitest';
import { buildResNet } from '../../src/network/resnet';
import { Random } from '../../src/platform/random';
import { stepBatch } from '../../src/scripts/benchmark/step-batch';
import { whileCoresAreBusy } from '../../src/scripts/properties/busy-cores';
import { withSteps } from '../../src/scripts/properties/steps';
import { initializeWeights } from '../../src/training/initialize-weights';
import { Trainer } from '../../src/training/trainer';
import { type TestedBuild, withEngine } from './engine-builds';

const batch = stepBatch(4, 8);

function trainedWeights(build: TestedBuild, threads: number): Promise<Map<string, Buffer>> {
  return withEngine({ build, threads }, async (engine) => {
    const graph = buildResNet({ depth: 8, inputShape: [8, 8, 3], classes: 10 });
    const trainer = await Trainer.create(graph, engine, { batchSize: batch.labels.length, momentum: 0.9, weightDecay: 1e-4 });
    trainer.writeWeights(initializeWeights(graph, new Random(1, 'test')));
    for (let step = 0; step < 40; step++) trainer.step(batch, { learningRate: 0.05, dropoutSeeds: [] });
    const all = [...trainer.readWeights(), ...[...trainer.readMomenta()].map(([name, values]) => [`${name} (momentum)`, values] as const)];
    return new Map(all.map(([name, values]) => [name, Buffer.from(values.slice().buffer)]));
  });
}

describe('Two runs', () => {
  test.each([
    ['native', 1],
    ['native', 2],
    ['native', 3],
    ['wasm-relaxed', 2],
    ['wasm-plain', 2],
  ] as const)('give the same bits on %s with %i thread(s), whatever else the machine does', async (build, threads) => {
    const calm = await trainedWeights(build, threads);
    const disturbed = await whileCoresAreBusy(2, () => trainedWeights(build, threads));
    expect([...disturbed.keys()]).toEqual([...calm.keys()]);
    for (const [name, bits] of disturbed) expect(bits.equals(calm.get(name)!), name).toBe(true);
  });
});

describe('A thousand steps', () => {
  test.each(['native', 'wasm'] as const)(
    'take no more memory than the first hundred, and leave hardly any garbage, on %s',
    async (engine) => {
      await withSteps([{ network: 'resnet8', batch: 2, threads: 2, engine }], async ([process]) => {
        const before = await process!.take(0, 100, true);
        const after = await process!.take(0, 1000, true);
        // Compiled code and the allocator's slack come and go; a leak of one activation of 16×32×32 floats a step would be 65 MB.
        expect(after.residentBytes - before.residentBytes).toBeLessThan(8e6);
        expect(after.heapBytes - before.heapBytes).toBeLessThan(1e6);
        // The learning rate's and the metrics' few numbers, and this measurement's own. The smallest activations of the network, 2×64×8×8
        // floats, would be 33 kB, the images of a batch 25 kB.
        const few = await process!.take(0, 20, true);
        expect(few.garbageBytes / few.times.length).toBeLessThan(10_000);
      });
    },
  );
});
