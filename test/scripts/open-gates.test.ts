import { expect, it } from 'vitest';
import { buildResNet } from '../../src/network/resnet';
import { Random } from '../../src/platform/random';
import { openGates } from '../../src/scripts/benchmark/open-gates';
import { stepBatch } from '../../src/scripts/benchmark/step-batch';
import { initializeWeights } from '../../src/training/initialize-weights';
import { initializeGateWeights } from '../../src/training/skipping/gate-weights';
import { Trainer } from '../../src/training/trainer';
import { withEngine } from '../engine/engine-builds';

it('opens exactly the share of gates that is asked for, each gate for nearly as many samples, whatever the gates say', () =>
  withEngine({ build: 'native', threads: 1 }, async (engine) => {
    const [samples, share] = [16, 0.6];
    const graph = buildResNet({ depth: 14, inputShape: [8, 8, 3], classes: 10 });
    const gating = { kind: 'slu', execution: 'skip', estimator: 'centred', weightDecay: 0 } as const;
    const trainer = await Trainer.create(graph, engine, { batchSize: samples, momentum: 0.9, weightDecay: 0, gating });
    const random = new Random(1, 'test');
    const gates = trainer.gatedBlocks.length;
    for (const said of [0.01, 0.99]) {
      trainer.writeWeights(new Map([...initializeWeights(graph, random), ...initializeGateWeights(trainer.gateWeights, said, random)]));
      const draw = openGates(samples, gates, share);
      const { executed } = trainer.step(stepBatch(samples, 8), { learningRate: 0.01, dropoutSeeds: [], draw });
      expect(executed!.reduce((sum, count) => sum + count, 0)).toBe(Math.floor(samples * gates * share));
      for (const count of executed!) expect(Math.abs(count - samples * share)).toBeLessThan(1);
    }
  }));
