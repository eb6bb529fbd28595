import { type GatedBlock, gatedBlocksOf } from '../network/gated-blocks';
import { survivalProbabilities } from '../network/stochastic-depth';
import type { Savers } from '../protocol/configuration';
import type { DeviceProfile } from '../protocol/device-profile';
import type { LayerGraph } from '../protocol/layer-graph';
import type { IterationWork } from './iteration-work';
import { saverWidths } from './saver-widths';
import { gradientEntries, WorkAccount } from './work-account';
import { WorkPrices } from './work-prices';

/** A way of computing an iteration, and its weight in the expectation. */
interface Weighted {
  readonly work: IterationWork;
  readonly weight: number;
}

/**
 * What one executed iteration is expected to compute, as a sum of ways whose weights add up to 1. Parts of a network are priced one by one, so
 * stochastic depth is the sum over its blocks: none at all, and for each block what it adds times the probability that it runs. Gates of SLU let
 * a share of the samples through each block; between two whole numbers of samples, energy is as good as linear.
 */
function expectedWork(blocks: readonly GatedBlock[], samples: number, { slu, stochasticDepth }: Savers): Weighted[] {
  const works = (gates: boolean, ran: (block: GatedBlock) => number): IterationWork => ({
    samples,
    blocks: { samples: new Map(blocks.map((block) => [block.add, ran(block)])), gates },
  });
  if (blocks.length > 0 && slu.enabled) {
    const ran = slu.execution === 'masked' ? samples : samples * (1 - slu.skipRatio);
    const above = ran - Math.floor(ran);
    return [
      { work: works(true, () => Math.floor(ran)), weight: 1 - above },
      { work: works(true, () => Math.ceil(ran)), weight: above },
    ];
  }
  if (blocks.length > 0 && stochasticDepth.enabled) {
    const survival = survivalProbabilities(blocks, stochasticDepth.skipRatio);
    return [
      { work: works(false, () => 0), weight: 1 - survival.reduce((sum, probability) => sum + probability, 0) },
      ...blocks.map((one, place) => ({ work: works(false, (block) => (block === one ? samples : 0)), weight: survival[place]! })),
    ];
  }
  return [{ work: { samples }, weight: 1 }];
}

/**
 * Share of the weight gradient's entries that PSG's predictor is expected to decide before anything has run: at the default widths and threshold
 * we measured 57 to 67 % (small ResNets, Fashion-MNIST).
 */
const expectedPredictedShare = 0.6;

/** Entries that the predictor is expected to decide, by convolution; depthwise ones have no predictor. */
function expectedPredictions(graph: LayerGraph): Map<string, number> {
  const convolutions = graph.layers.filter(({ kind }) => kind === 'conv2d');
  return new Map(convolutions.map(({ name }) => [name, Math.round(expectedPredictedShare * gradientEntries(graph, name))]));
}

/** Expected joules of one executed iteration under the savers, gates of SLU included. Estimated. */
export function expectedIterationEnergy(graph: LayerGraph, profile: DeviceProfile, batchSize: number, savers: Savers): number {
  const prices = new WorkPrices(graph, profile);
  const bits = saverWidths(savers);
  const predictedEntries = bits?.predictor && expectedPredictions(graph);
  return expectedWork(gatedBlocksOf(graph), batchSize, savers).reduce((sum, { work, weight }) => {
    const whole = { ...work, ...(bits && { bits }), ...(predictedEntries && { predictedEntries }) };
    const account = WorkAccount.for(graph, whole);
    account.add(whole);
    return sum + weight * prices.totalJ(account);
  }, 0);
}
