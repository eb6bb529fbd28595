import { saverWidths, widestGradient } from '../energy/saver-widths';
import type { Savers } from '../protocol/configuration';
import type { CompileOptions } from './compile/compile-network';

/** How convolutions compute under these savers, and whether their kernels are updated by signs. */
export function convolutionArithmetic(savers: Savers): Pick<CompileOptions, 'fixedPoint' | 'signs'> {
  const widths = saverWidths(savers);
  const signs = savers.psg.enabled || savers.baseline === 'signsgd';
  if (widths === undefined) return { signs };
  const { activations, weights, gradients, predictor } = widths;
  return {
    fixedPoint: {
      activationBits: activations,
      weightBits: weights,
      ...((savers.slu.enabled || savers.stochasticDepth.enabled) && { skipping: true }),
      ...(gradients <= widestGradient && { gradientBits: gradients }),
      ...(predictor && { predictor: { activationBits: predictor.activations, gradientBits: predictor.gradients } }),
    },
    signs,
  };
}

/** The threshold as the engine has it: tau, or where negative −β. */
export function predictorThreshold({ threshold, thresholdKind }: Savers['psg']): number {
  return thresholdKind === 'adaptive' ? -threshold : threshold;
}
