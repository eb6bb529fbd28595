import type { Savers } from '../protocol/configuration';
import type { OperandWidths } from './work';

/** Above so many bits output gradients stay in float32. */
export const widestGradient = 16;

/** Widths at which convolutions compute under these savers, whose results stay in float32; absent: fp32. PSG, where it is on, goes before the baseline. */
export function saverWidths({ psg, baseline }: Pick<Savers, 'psg' | 'baseline'>): OperandWidths | undefined {
  if (!psg.enabled) return baseline === '8bit' ? { weights: 8, activations: 8, gradients: 8, between: 32 } : undefined;
  const { activationBits, activationMsbBits, weightBits, gradientBits, gradientMsbBits } = psg;
  return {
    weights: weightBits,
    activations: activationBits,
    gradients: gradientBits <= widestGradient ? gradientBits : 32,
    between: 32,
    predictor: { activations: Math.min(activationMsbBits, activationBits), gradients: gradientMsbBits },
  };
}
