import { layerOf } from '../network/graph-queries';
import { networkMacs } from '../network/macs';
import type { LayerGraph } from '../protocol/layer-graph';
import { type Phase, phases } from '../protocol/phases';
import type { DeviceProfile } from './device-profile';
import { estimateNetwork } from './estimate';
import type { OperandWidths } from './work';

/** Features that a gate's 1×1 convolution makes, and cells of the shared LSTM (E2-Train, section 3.2, and the authors' code). */
const features = 10;
/** Four gates of the LSTM, each from features and state. */
const lstmMacs = 4 * features * (features + features);
/** Weights and the two biases that PyTorch's LSTM keeps. */
const lstmParameters = lstmMacs + 2 * 4 * features;
/** A weight of the network in front, so that the gate's gradient has somewhere to go. */
const below = 'network';

/** The gate that looks at a layer's output, as a network: pooling, 10 features, one step of the LSTM, one logit. */
function gateAt(graph: LayerGraph, entry: string): LayerGraph {
  const { outputShape } = layerOf(graph, entry);
  return {
    name: `gate at ${entry}`,
    layers: [
      { kind: 'input', name: 'input', inputs: [], outputShape },
      { kind: 'other', name: below, inputs: ['input'], outputShape, className: 'Network', parameters: 1, macsPerSample: 0 },
      { kind: 'globalAveragePooling2d', name: 'pool', inputs: [below], outputShape: [outputShape.at(-1) ?? 1] },
      { kind: 'dense', name: 'features', inputs: ['pool'], outputShape: [features], units: features, useBias: false },
      {
        ...{ kind: 'other', name: 'lstm', inputs: ['features'], outputShape: [features], className: 'LSTM' },
        parameters: lstmParameters,
        macsPerSample: lstmMacs,
      },
      { kind: 'dense', name: 'logit', inputs: ['lstm'], outputShape: [1], units: 1, useBias: true },
    ],
    outputs: ['logit'],
  };
}

/**
 * Joules of one SLU gate in one iteration, by phase, on every sample of the batch. Its weights compute in fp32; it pools what the network
 * stores. The LSTM and the logit are shared by all gates: each gate is charged a whole update, since each adds its gradients to the sums.
 * @param entry the layer whose output the gate looks at.
 */
export function gateEnergy(
  graph: LayerGraph,
  entry: string,
  profile: DeviceProfile,
  batchSize: number,
  bits?: OperandWidths,
): Record<Phase, number> {
  const sum = { forward: 0, inputGradient: 0, weightGradient: 0, update: 0 };
  for (const { name, phaseJ } of estimateNetwork(gateAt(graph, entry), profile, { batchSize, ...(bits && { bits }) }).layers) {
    if (name === below) continue;
    for (const phase of phases) sum[phase] += phaseJ[phase];
  }
  return sum;
}

/** MACs of one SLU gate, forward and backward, of one sample. */
export function gateMacs(graph: LayerGraph, entry: string): number {
  const { forward, inputGradient, weightGradient } = networkMacs(gateAt(graph, entry));
  return forward + inputGradient + weightGradient;
}
