import type { Engine } from '../../engine/engine';
import { buildBuiltinNetwork } from '../../network/builtin-networks';
import { Random } from '../../platform/random';
import { type builtinNetworks, type RunConfigurationInput, runConfigurationSchema } from '../../protocol/configuration';
import { compileOptionsOf } from '../../training/compile-options';
import { predictorThreshold } from '../../training/convolution-arithmetic';
import { initializeWeights } from '../../training/initialize-weights';
import type { BlockDraw } from '../../training/skipping/block-draws';
import { initializeGateWeights } from '../../training/skipping/gate-weights';
import { targetShareOf } from '../../training/skipping/gating-of';
import { Trainer } from '../../training/trainer';

/** SLU with gates on all blocks but the first, as in the paper. */
export const paperSlu = { enabled: true, skipRatio: 0.4, blocks: 'all' } as const;

export interface SaverStep {
  readonly trainer: Trainer;
  readonly step: () => void;
  /** Share of the iterations that is expected to be computed. */
  readonly executed: number;
}

/**
 * As many samples as are to run through each block, other ones in each step. By chance a few more or fewer would, and the fastest of some steps
 * would be the one that computes least.
 */
function drawExactly(random: Random, gates: number, samples: number, share: number): BlockDraw {
  const open = Math.round(share * samples);
  const uniforms = new Float32Array(samples * gates).fill(1);
  for (let gate = 0; gate < gates; gate++) {
    const order = Array.from({ length: samples }, (_, sample) => ({ sample, key: random.uniform() })).sort((a, b) => a.key - b.key);
    for (const { sample } of order.slice(0, open)) uniforms[sample * gates + gate] = 0;
  }
  return { uniforms };
}

/** A step of training under the savers, on 32×32×3 images. */
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
  const images = Float32Array.from({ length: batchSize * 32 * 32 * 3 }, (_, i) => Math.sin(i * 12.9898 + 1));
  const labels = Int32Array.from({ length: batchSize }, (_, i) => i % 10);
  const step = () => {
    trainer.step(
      { images, labels },
      {
        learningRate: 0.01,
        dropoutSeeds: [],
        draw: savers.slu.enabled ? drawExactly(random, trainer.gatedBlocks.length, batchSize, targetShare) : undefined,
        gates: { learningRate: 0, targetShare, costWeight: 0 },
        signs: { learningRate: savers.psg.learningRate, threshold: predictorThreshold(savers.psg) },
      },
    );
  };
  return { trainer, step, executed: savers.smd.enabled ? 1 - savers.smd.dropProbability : 1 };
}
