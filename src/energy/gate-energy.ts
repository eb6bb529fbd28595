import { layerOf } from '../network/graph-queries';
import { networkMacs } from '../network/macs';
import type { DeviceProfile } from '../protocol/device-profile';
import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { type Phase, phases } from '../protocol/phases';
import { estimateNetwork } from './estimate';
import type { OperandWidths } from './work';

/** Features that a gate's 1×1 convolution makes, and cells of the shared LSTM (E2-Train, section 3.2, and the authors' code). */
const features = 10;
/** A weight of the network in front, so that the gate's gradient has somewhere to go. */
const below = 'network';
/** The gate before, whose hidden state this one goes on from. */
const before = 'gate before';

/**
 * The gate that looks at a layer's output, as a network: pooling, 10 features, one step of the LSTM, one logit. The hidden state before the
 * first gate is zero: its products are computed, but no gradient goes back to it.
 */
function gateAt(graph: LayerGraph, entry: string, first: boolean): LayerGraph {
  const {
    outputShape: [...outputShape],
  } = layerOf(graph, entry);
  const key = `${outputShape.join(' ')} ${first}`;
  const gate = gates.get(key) ?? makeGate(outputShape, first);
  gates.set(key, gate);
  return gate;
}

/** Gates of a network look at a handful of shapes. */
const gates = new Map<string, LayerGraph>();

function makeGate(outputShape: readonly number[], first: boolean): LayerGraph {
  const dense = (name: string, input: string, units: number, useBias: boolean): Layer => {
    return { kind: 'dense', name, inputs: [input], outputShape: [units], units, useBias };
  };
  const other = (name: string, input: string, shape: number[], parameters: number): Layer => {
    return { kind: 'other', name, inputs: [input], outputShape: shape, className: 'Other', parameters, macsPerSample: 0 };
  };
  return {
    name: 'gate',
    layers: [
      { kind: 'input', name: 'input', inputs: [], outputShape: [...outputShape] },
      { kind: 'input', name: 'state', inputs: [], outputShape: [features] },
      other(below, 'input', [...outputShape], 1),
      other(before, 'state', [features], first ? 0 : 1),
      { kind: 'globalAveragePooling2d', name: 'pool', inputs: [below], outputShape: [outputShape.at(-1) ?? 1] },
      dense('features', 'pool', features, false),
      dense('input of the LSTM', 'features', 4 * features, true),
      dense('recurrent input', before, 4 * features, true),
      { kind: 'add', name: 'inputs', inputs: ['input of the LSTM', 'recurrent input'], outputShape: [4 * features] },
      { kind: 'activation', name: 'LSTM', inputs: ['inputs'], outputShape: [4 * features], function: 'tanh' },
      other('hidden state', 'LSTM', [features], 0),
      dense('logit', 'hidden state', 1, true),
    ],
    outputs: ['logit'],
  };
}

/**
 * Joules of one SLU gate in one iteration, by phase, on every sample of the batch. Its weights compute in fp32; it pools what the network
 * stores. The LSTM and the logit are shared by all gates: each gate is charged a whole update, since each adds its gradients to the sums.
 * @param entry the layer whose output the gate looks at.
 * @param first whether it is the network's first gate.
 */
export function gateEnergy(
  graph: LayerGraph,
  entry: string,
  first: boolean,
  profile: DeviceProfile,
  batchSize: number,
  bits?: OperandWidths,
): Record<Phase, number> {
  const sum = { forward: 0, inputGradient: 0, weightGradient: 0, update: 0 };
  for (const { name, phaseJ } of estimateNetwork(gateAt(graph, entry, first), profile, { batchSize, ...(bits && { bits }) }).layers) {
    if (name === below || name === before) continue;
    for (const phase of phases) sum[phase] += phaseJ[phase];
  }
  return sum;
}

/** MACs of one SLU gate, forward and backward, of one sample. */
export function gateMacs(graph: LayerGraph, entry: string, first: boolean): number {
  const { forward, inputGradient, weightGradient } = networkMacs(gateAt(graph, entry, first));
  return forward + inputGradient + weightGradient;
}
