import type { GateOperation } from '../../engine/gate-operations';
import type { Random } from '../../platform/random';
import { between, type Case, image, maybe, oneOf, perSample, shared, type Tensor } from './case-parts';

/** Tables for a few gates, and which of them an operation works on. */
function tables(random: Random, ...names: string[]) {
  const gates = between(random, 1, 7);
  const named = Object.fromEntries(names.map((name) => [name, perSample(gates)]));
  return { tensors: named, costs: shared(gates), gate: between(random, 0, gates - 1) };
}

function lstm(random: Random) {
  const hidden = between(random, 1, 21);
  return { z: perSample(4 * hidden), state: perSample(hidden) };
}

export const gateCases: Readonly<Record<GateOperation['kind'], (random: Random, batchSize: number) => Case>> = {
  lstmCell: (random) => {
    const { z, state } = lstm(random);
    return { tensors: { z, ...maybe(random, 'previous', state), cell: state, h: state } };
  },
  lstmCellGradient: (random) => {
    const { z, state } = lstm(random);
    const before: Record<string, Tensor> = random.uniform() < 0.5 ? { previous: state, dprevious: state } : {};
    return { tensors: { z, ...before, cell: state, dh: state, ...maybe(random, 'dcell', state), dz: z } };
  },
  gate: (random) => {
    const { tensors, gate } = tables(random, 'uniforms', 'probabilities', 'masks');
    return { tensors: { logit: perSample(1), ...tensors }, constants: { gate } };
  },
  listSamples: (random, batchSize) => {
    const { tensors, gate } = tables(random, 'masks');
    const list: Tensor = { shape: [batchSize + 1], perSample: false, type: 'int32' };
    return { tensors: { ...tensors, executed: list, skipped: list }, constants: { gate } };
  },
  mixSamples: (random) => {
    const { tensors, gate } = tables(random, 'masks');
    const y = image(random);
    return { tensors: { ...tensors, ...maybe(random, 'a', y), ...maybe(random, 'b', y), y }, constants: { gate } };
  },
  maskGradient: (random) => {
    const { tensors, gate } = tables(random, 'dmasks');
    const a = image(random);
    return { tensors: { ...tensors, dy: a, a, b: a }, constants: { gate } };
  },
  gateCost: (random) => {
    const { tensors, costs } = tables(random, 'masks');
    return { tensors: { ...tensors, costs, target: shared(1), weight: shared(1), share: shared(1), cost: shared(1) } };
  },
  gateGradient: (random) => {
    const { tensors, costs, gate } = tables(random, 'probabilities', 'masks', 'dmasks');
    const estimator = oneOf(random, 'every', 'executed', 'centred', 'inverseProbability');
    return { tensors: { ...tensors, costs, cost: shared(1), mean: shared(1), dlogit: perSample(1) }, constants: { gate, estimator } };
  },
  gateMean: (random) => {
    const { tensors } = tables(random, 'masks', 'dmasks');
    return { tensors: { ...tensors, mean: shared(1) }, constants: { momentum: 0.95 } };
  },
};
