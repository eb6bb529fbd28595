import { inferenceEnergy } from '../../energy/inference-energy';
import { saverWidths } from '../../energy/saver-widths';
import { survivalProbabilities } from '../../network/stochastic-depth';
import { Random } from '../../platform/random';
import type { Savers } from '../../protocol/configuration';
import type { DeviceProfile } from '../../protocol/device-profile';
import type { LayerGraph } from '../../protocol/layer-graph';
import type { EvaluationRecord } from '../../protocol/records';
import { type Evaluation, evaluateTestSet } from '../evaluate-test-set';
import type { LabelledImages, Trainer } from '../trainer';
import { type BlockDraw, drawBlocks } from './block-draws';
import { executedShare } from './block-tally';
import { blockWork } from './block-work';
import { foldBranches } from './fold-branches';

type GatedTests = Omit<NonNullable<EvaluationRecord['gates']>, 'trainedShare'>;

/** What a network is tested with. */
export interface TestParts {
  readonly trainer: Trainer;
  readonly graph: LayerGraph;
  readonly profile: DeviceProfile;
  readonly testBatches: () => Iterable<LabelledImages>;
  readonly savers: Savers;
  readonly seed: number;
  readonly abandoned: () => boolean;
}

/**
 * Tests a network as it was trained: with gates of SLU that open by chance, by the same numbers in every test of a run; under stochastic
 * depth with each gated branch weighted by the probability with which it ran (Huang et al., ECCV 2016, equation 5).
 * @returns nothing when it was abandoned.
 */
export function testAsTrained({ trainer, testBatches, savers, seed, abandoned }: TestParts): Promise<Evaluation | undefined> {
  const blocks = trainer.gatedBlocks;
  const random = new Random(seed, 'blocks of tests');
  const draw = (samples: number): BlockDraw =>
    savers.slu.enabled
      ? drawBlocks(random, savers, blocks, samples)!
      : { factors: survivalProbabilities(blocks, savers.stochasticDepth.skipRatio) };
  return evaluateTestSet(trainer, testBatches(), abandoned, blocks.length > 0 ? draw : undefined);
}

/**
 * The test of a network with gates beside those of its two other ways of inference: gates that open above one half, and all blocks, each
 * branch weighted by the share of training samples that ran through it.
 * @param blockShares those shares; without, branches count fully.
 * @returns nothing when it was abandoned.
 */
export async function testGates(
  parts: TestParts,
  sampled: Evaluation,
  blockShares: readonly number[] | undefined,
): Promise<GatedTests | undefined> {
  const { trainer, testBatches, graph, profile, savers, abandoned } = parts;
  const blocks = trainer.gatedBlocks;
  const half = (samples: number): BlockDraw => ({ uniforms: new Float32Array(samples * blocks.length).fill(0.5) });
  const threshold = await evaluateTestSet(trainer, testBatches(), abandoned, half);
  const folded = blockShares && foldBranches(graph, trainer.readWeights(), blocks, blockShares).weights;
  const full = threshold && (await trainer.withWeights(folded ?? new Map(), () => evaluateTestSet(trainer, testBatches(), abandoned)));
  if (full === undefined) return undefined;
  return { sampled: described(sampled), threshold: described(threshold!), full: described(full) };

  function described({ loss, accuracy, images, batches }: Evaluation): GatedTests['sampled'] {
    const bits = saverWidths(savers);
    const works = batches.map((batch) => ({ ...blockWork(batch, blocks, true), ...(bits && { bits }) }));
    const ran = blocks.map((_, place) => batches.reduce((sum, { executed, samples }) => sum + (executed?.[place] ?? samples), 0));
    return { loss, accuracy, executedShare: executedShare(blocks, ran, images), inferenceJ: inferenceEnergy(graph, profile, works) };
  }
}
