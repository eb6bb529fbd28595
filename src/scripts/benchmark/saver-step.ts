import type { Engine } from '../../engine/engine';
import { buildBuiltinNetwork } from '../../network/builtin-networks';
import { Random } from '../../platform/random';
import { type builtinNetworks, type RunConfigurationInput, runConfigurationSchema } from '../../protocol/configuration';
import { compileOptionsOf } from '../../training/compile-options';
import { predictorThreshold } from '../../training/convolution-arithmetic';
import { initializeWeights } from '../../training/initialize-weights';
import { initializeGateWeights } from '../../training/skipping/gate-weights';
import { targetShareOf } from '../../training/skipping/gating-of';
import { Trainer } from '../../training/trainer';
import { openGates } from './open-gates';
import { stepBatch } from './step-batch';

/** SLU with gates on all blocks but the first, as in the paper. */
export const paperSlu = { enabled: true, skipRatio: 0.4, blocks: 'all' } as const;

export interface SaverStep {
  readonly trainer: Trainer;
  readonly step: () => void;
}

/**
 * A step of training under the savers, on 32×32×3 images. As many samples run through each block as are to: by chance a few more or fewer would,
 * and the fastest of some steps would be the one that computes least.
 */
export async function saverStep(
  engine: Engine,
  name: (typeof builtinNetworks)[number],
  batchSize: number,
  settings: NonNullable<RunConfigurationInput['savers']>,
): Promise<SaverStep> {
  const configuration = runConfigurationSchema.parse({ model: { kind: 'builtin', name }, batchSize, savers: settings });
  const { savers } = configuration;
  const graph = buildBuiltinNetwork(name, [32, 32, 3], 10);
  const trainer = await Trainer.create(graph, engine, compileOptionsOf(configuration, { savers }));
  const random = new Random(1, 'benchmark');
  const targetShare = targetShareOf(savers);
  trainer.writeWeights(new Map([...initializeWeights(graph, random), ...initializeGateWeights(trainer.gateWeights, targetShare, random)]));
  const batch = stepBatch(batchSize);
  const draw = savers.slu.enabled ? openGates(batchSize, trainer.gatedBlocks.length, targetShare) : undefined;
  const step = () => {
    trainer.step(batch, {
      learningRate: 0.01,
      dropoutSeeds: [],
      draw,
      gates: { learningRate: 0, targetShare, costWeight: 0 },
      signs: { learningRate: savers.psg.learningRate, threshold: predictorThreshold(savers.psg) },
    });
  };
  return { trainer, step };
}
