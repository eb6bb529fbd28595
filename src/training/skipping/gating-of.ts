import type { GateGradientEstimator } from '../../engine/gate-operations';
import type { Savers } from '../../protocol/configuration';
import type { Gating } from '../compile/gate-tensors';

const estimators: Readonly<Record<Savers['slu']['estimator'], GateGradientEstimator>> = {
  centred: 'centred',
  plain: 'executed',
  weighted: 'inverseProbability',
};

/** How a network is compiled under these savers; undefined where every block runs. Where all blocks are computed, all samples have a gradient. */
export function gatingOf({ slu, stochasticDepth }: Savers): Gating | undefined {
  if (slu.enabled) {
    const estimator = slu.execution === 'masked' ? 'every' : estimators[slu.estimator];
    return { kind: 'slu', blocks: slu.blocks, execution: slu.execution, estimator, weightDecay: 0 };
  }
  return stochasticDepth.enabled ? { kind: 'stochasticDepth' } : undefined;
}

/** Share of the gated blocks' computation that is to run. */
export function targetShareOf({ slu, stochasticDepth }: Savers): number {
  return 1 - (slu.enabled ? slu.skipRatio : stochasticDepth.enabled ? stochasticDepth.skipRatio : 0);
}
