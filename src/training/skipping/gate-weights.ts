import type { Random } from '../../platform/random';
import { type GateWeight, gateFeatures } from '../compile/gate-tensors';
import type { WeightValues } from '../initialize-weights';

/** Weight that all gates add to their logits. */
export const logitBias = 'gates/logit/bias';

/** Bias that makes a gate open with this probability while its other weights say nothing; as far as ±6. */
export function biasOf(share: number): number {
  return Math.min(6, Math.max(-6, Math.log(share / (1 - share))));
}

/**
 * Weights of untrained gates. As PyTorch does by default: LSTM and logit uniform within ±1/√10; the 1×1 convolutions normal with
 * deviation √(2/10), as the authors set it. The bias of the logit makes gates open as often as is asked for from the first iteration on.
 */
export function initializeGateWeights(weights: readonly GateWeight[], targetShare: number, random: Random): WeightValues {
  const limit = 1 / Math.sqrt(gateFeatures);
  return new Map(
    weights.map(({ name, shape }) => {
      const length = shape.reduce((product, size) => product * size, 1);
      if (name === logitBias) return [name, new Float32Array(length).fill(biasOf(targetShare))];
      const draw = name.endsWith('/features')
        ? () => Math.sqrt(2 / gateFeatures) * random.normal()
        : () => limit * (2 * random.uniform() - 1);
      return [name, Float32Array.from({ length }, draw)];
    }),
  );
}
