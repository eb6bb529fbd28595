import { describe, expect, it } from 'vitest';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { estimateNetwork } from '../../src/energy/estimate';
import { estimateRun } from '../../src/energy/run-estimate';
import { buildResNet } from '../../src/network/resnet';
import { runConfigurationSchema } from '../../src/protocol/configuration';

const profile = findDeviceProfile('asic-45nm');
const graph = buildResNet({ depth: 8, inputShape: [16, 16, 3], classes: 10 });

function configured(smd: { enabled: boolean; dropProbability?: number; scheduleStretch?: number }) {
  return runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' }, iterations: 300, batchSize: 16, savers: { smd } });
}

describe('estimateRun', () => {
  it('is the baseline itself without savers', () => {
    const run = estimateRun(graph, profile, configured({ enabled: false }));
    expect(run.iterationJ).toBe(estimateNetwork(graph, profile, { batchSize: 16 }).totalJ);
    expect(run).toMatchObject({ plannedIterations: 300, expectedExecuted: 300, savedShare: 0, deviationJ: 0 });
    expect(run.energyJ).toBe(run.baselineEnergyJ);
  });

  it("costs two thirds of the baseline at the paper's settings: one half dropped, schedule stretched by 4/3", () => {
    const run = estimateRun(graph, profile, configured({ enabled: true }));
    expect(run.plannedIterations).toBe(400);
    expect(run.energyJ / run.baselineEnergyJ).toBeCloseTo(2 / 3, 12);
    expect(run.savedShare).toBeCloseTo(1 / 3, 12);
    // Binomial: sqrt(400 · 0.5 · 0.5) = 10 iterations.
    expect(run.deviationJ / run.iterationJ).toBeCloseTo(10, 12);
  });

  it('says when a stretched schedule costs more than the baseline', () => {
    expect(estimateRun(graph, profile, configured({ enabled: true, dropProbability: 0, scheduleStretch: 2 })).savedShare).toBe(-1);
  });
});
