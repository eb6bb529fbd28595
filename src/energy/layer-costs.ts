import { needsInputGradient, needsOutputGradient, readersOf } from '../network/graph-queries';
import { layerSignature } from '../network/layer-signature';
import { type LayerMacs, layerMacs } from '../network/macs';
import type { DeviceProfile } from '../protocol/device-profile';
import type { Layer, LayerGraph } from '../protocol/layer-graph';
import { type Phase, phases } from '../protocol/phases';
import { layerWork } from './layer-work';
import type { OperandWidths } from './work';
import { type ComponentEnergies, costOfWork, secondsOfWork } from './work-cost';

/** What one iteration of a layer costs. Estimated. */
export interface LayerCost {
  /** Joules per iteration (all samples of the batch). */
  readonly phases: Readonly<Record<Phase, ComponentEnergies>>;
  /** Joules per iteration by phase, components summed. */
  readonly phaseJ: Readonly<Record<Phase, number>>;
  readonly totalJ: number;
  /** Seconds by phase; absent where the profile states no clock. */
  readonly phaseSeconds?: Readonly<Record<Phase, number>>;
  /** MACs of one sample by phase. */
  readonly macs: LayerMacs;
}

/** What the cost of a layer depends on beside the layer and the device. */
export interface CostConditions {
  readonly batchSize: number;
  readonly widths: OperandWidths;
  /** Share of the entries of convolutions' weight gradients that the predictor decides. */
  readonly predictedShare: number;
}

const numbers = new Map<string, number>();
const kindsOfGraphs = new WeakMap<LayerGraph, readonly number[]>();

function numberOf(key: string): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}

function kindOf(graph: LayerGraph, layer: Layer): string {
  const readers = readersOf(graph, layer.name).filter((reader) => needsInputGradient(graph, reader)).length;
  const gradients = `${needsInputGradient(graph, layer)} ${needsOutputGradient(graph, layer)} ${readers}`;
  return `${layerSignature(graph, layer)} ${gradients} ${layer.sharesWeightsWith !== undefined}`;
}

/** A number for each layer of a graph: equal for layers that cost the same under all conditions, in whatever graph they stand. */
function layerKinds(graph: LayerGraph): readonly number[] {
  const known = kindsOfGraphs.get(graph);
  if (known) return known;
  const made = graph.layers.map((layer) => numberOf(kindOf(graph, layer)));
  kindsOfGraphs.set(graph, made);
  return made;
}

function costOf(graph: LayerGraph, layer: Layer, profile: DeviceProfile, conditions: CostConditions): LayerCost {
  const work = layerWork(graph, layer, { ...conditions, profile });
  const energies = {} as Record<Phase, ComponentEnergies>;
  const phaseJ = {} as Record<Phase, number>;
  const phaseSeconds = {} as Record<Phase, number>;
  let totalJ = 0;
  for (const phase of phases) {
    const energy = costOfWork(work[phase], profile);
    energies[phase] = energy;
    phaseJ[phase] = energy.compute + energy.sram + energy.dram + energy.static;
    phaseSeconds[phase] = secondsOfWork(work[phase], profile) ?? 0;
    totalJ += phaseJ[phase];
  }
  return { phases: energies, phaseJ, totalJ, ...(profile.static && { phaseSeconds }), macs: layerMacs(graph, layer) };
}

type CostsByKind = Map<number, LayerCost>;

/** Conditions that are kept for a device; more than a person's sliders pass by are not. */
const rememberedConditions = 64;
const known = new WeakMap<DeviceProfile, Map<string, CostsByKind>>();

function keyOf({ batchSize, widths, predictedShare }: CostConditions): string {
  const { weights, activations, gradients, between, predictor } = widths;
  return `${batchSize} ${weights} ${activations} ${gradients} ${between} ${predictor?.activations} ${predictor?.gradients} ${predictedShare}`;
}

function costsUnder(profile: DeviceProfile, conditions: CostConditions): CostsByKind {
  const ofProfile = known.get(profile) ?? new Map<string, CostsByKind>();
  known.set(profile, ofProfile);
  const key = keyOf(conditions);
  const costs = ofProfile.get(key) ?? new Map<number, LayerCost>();
  // Put back at the end: the first is what was not asked for the longest.
  ofProfile.delete(key);
  ofProfile.set(key, costs);
  if (ofProfile.size > rememberedConditions) ofProfile.delete(ofProfile.keys().next().value!);
  return costs;
}

/**
 * Costs of layers by their places in the graph. Layers that do the same work are computed once, whatever graph they stand in: a network that
 * was inspected anew, or a slider that comes back, costs lookups alone.
 * @throws RangeError when not even one element of each operand fits the device.
 */
export function layerCosts(graph: LayerGraph, profile: DeviceProfile, conditions: CostConditions): (place: number) => LayerCost {
  const kinds = layerKinds(graph);
  const costs = costsUnder(profile, conditions);
  return (place) => {
    const kind = kinds[place]!;
    const remembered = costs.get(kind);
    if (remembered) return remembered;
    const cost = costOf(graph, graph.layers[place]!, profile, conditions);
    costs.set(kind, cost);
    return cost;
  };
}
