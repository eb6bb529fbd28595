import { type GatedBlock, skippableBlocks } from '../network/gated-blocks';
import { survivalProbabilities } from '../network/stochastic-depth';
import type { Savers } from '../protocol/configuration';
import type { DeviceProfile } from '../protocol/device-profile';
import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { saverWidths } from './saver-widths';
import { gradientEntries, WorkAccount } from './work-account';
import { WorkPrices } from './work-prices';

/** Numbers of samples that may run through a part of a network, each with its probability. */
type Ways = readonly { readonly samples: number; readonly probability: number }[];

/**
 * Samples that run through each gated block. Gates of SLU let a share of the samples through; between two whole numbers of samples energy is
 * as good as linear. Stochastic depth runs a block on all samples or on none.
 */
function waysThrough(blocks: readonly GatedBlock[], samples: number, { slu, stochasticDepth }: Savers): Ways[] {
  if (slu.enabled) {
    const ran = slu.execution === 'masked' ? samples : samples * (1 - slu.skipRatio);
    const below = Math.floor(ran);
    const ways = [
      { samples: below, probability: 1 - (ran - below) },
      { samples: below + 1, probability: ran - below },
    ].filter(({ probability }) => probability > 0);
    return blocks.map(() => ways);
  }
  if (stochasticDepth.enabled)
    return survivalProbabilities(blocks, stochasticDepth.skipRatio).map((probability) => [
      { samples: 0, probability: 1 - probability },
      { samples, probability },
    ]);
  return [];
}

/**
 * Share of the weight gradient's entries that PSG's predictor is expected to decide before anything has run: at the default widths and threshold
 * we measured 57 to 67 % (small ResNets, Fashion-MNIST).
 */
const expectedPredictedShare = 0.6;

/** Entries that the predictor is expected to decide; depthwise convolutions have no predictor. */
function expectedPredictions(graph: LayerGraph, { kind, name }: Layer): number {
  return kind === 'conv2d' ? Math.round(expectedPredictedShare * gradientEntries(graph, name)) : 0;
}

/** Expected joules of one executed iteration under the savers, gates of SLU included. Estimated. */
export function expectedIterationEnergy(graph: LayerGraph, profile: DeviceProfile, batchSize: number, savers: Savers): number {
  const prices = new WorkPrices(graph, profile);
  const bits = saverWidths(savers);
  const blocks = skippableBlocks(graph, savers);
  const gates = savers.slu.enabled && blocks.length > 0;
  const samples = new Map(blocks.map(({ add }) => [add, batchSize]));
  const account = WorkAccount.for(graph, { ...(bits && { bits }), ...(blocks.length > 0 && { blocks: { samples, gates } }) });
  const ways: Ways[] = [[{ samples: batchSize, probability: 1 }], ...waysThrough(blocks, batchSize, savers)];
  const parts = account.parts.map(({ convolutions }, part) => {
    const predictedEntries = bits?.predictor && convolutions.map((layer) => expectedPredictions(graph, graph.layers[layer]!));
    return ways[part]!.reduce(
      (sum, { samples, probability }) => sum + probability * prices.partJ(account, part, samples, predictedEntries),
      0,
    );
  });
  return parts.reduce((sum, joules) => sum + joules, gates ? prices.gatesJ(account, batchSize) : 0);
}
