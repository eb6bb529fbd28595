import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { estimateNetwork } from '../../src/energy/estimate';
import { createLedger } from '../../src/energy/ledger';
import { buildResNet } from '../../src/network/resnet';
import { phases } from '../../src/protocol/phases';
import { layerEnergyRecordSchema } from '../../src/protocol/records';

const profile = findDeviceProfile('asic-45nm');
const graph = buildResNet({ depth: 8, inputShape: [16, 16, 3], classes: 10 });
const perIteration = estimateNetwork(graph, profile, { batchSize: 8 }).totalJ;

describe('the ledger', () => {
  it('books executed iterations on both sides and dropped ones on the baseline alone', () => {
    const ledger = createLedger(graph, profile, 8);
    for (let i = 0; i < 3; i++) ledger.executed();
    ledger.dropped();
    expect(ledger.energyJ).toBeCloseTo(3 * perIteration, 12);
    expect(ledger.baselineEnergyJ).toBeCloseTo(4 * perIteration, 12);
    expect([ledger.iterationsExecuted, ledger.iterationsDropped]).toEqual([3, 1]);
  });

  it('counts an iteration of a stretched schedule as less than a nominal one on the baseline', () => {
    const ledger = createLedger(graph, profile, 8);
    for (let i = 0; i < 2; i++) ledger.executed(8, 3 / 4);
    for (let i = 0; i < 2; i++) ledger.dropped(3 / 4);
    expect(ledger.energyJ).toBeCloseTo(2 * perIteration, 12);
    expect(ledger.baselineEnergyJ).toBeCloseTo(3 * perIteration, 12);
  });

  it('charges a smaller batch less than a full one, but all of the weight update', () => {
    const full = createLedger(graph, profile, 8);
    const partial = createLedger(graph, profile, 8);
    full.executed();
    partial.executed(3);
    expect(partial.energyJ).toBeLessThan(full.energyJ);
    expect(partial.layers().map((row) => row.update)).toEqual(full.layers().map((row) => row.update));
  });

  it('gives rows of the record schema that sum to the total', () => {
    const ledger = createLedger(graph, profile, 8);
    ledger.executed();
    ledger.executed(5);
    ledger.dropped();
    const layers = ledger.layers();
    expect(layerEnergyRecordSchema.safeParse({ type: 'layerEnergy', iteration: 3, layers }).error).toBeUndefined();
    expect(layers.map((row) => row.name)).toEqual(graph.layers.map((layer) => layer.name));
    const sum = (rows: typeof layers) => rows.reduce((total, row) => total + phases.reduce((part, phase) => part + row[phase], 0), 0);
    expect(sum(layers) / ledger.energyJ).toBeCloseTo(1, 12);
    expect(sum(ledger.baselineLayers()) / ledger.baselineEnergyJ).toBeCloseTo(1, 12);
  });

  it('resumes from JSON to the same bits as an uninterrupted account', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 8 })), { maxLength: 40 }), fc.nat(40), (samples, cut) => {
        const book = (ledger: ReturnType<typeof createLedger>, list: number[]) => {
          for (const count of list) count === 0 ? ledger.dropped() : ledger.executed(count);
        };
        const whole = createLedger(graph, profile, 8);
        book(whole, samples);
        const first = createLedger(graph, profile, 8);
        book(first, samples.slice(0, cut));
        const resumed = createLedger(graph, profile, 8);
        resumed.restore(JSON.parse(JSON.stringify(first.state())));
        book(resumed, samples.slice(cut));
        expect([resumed.energyJ, resumed.baselineEnergyJ]).toEqual([whole.energyJ, whole.baselineEnergyJ]);
        expect(resumed.layers()).toEqual(whole.layers());
      }),
      { seed: 7, numRuns: 30 },
    );
  });

  it('refuses a state that is none', () => {
    expect(() => createLedger(graph, profile, 8).restore({ executed: [[0, 1]], dropped: -1 })).toThrow();
  });
});
