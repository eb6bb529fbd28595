import { type LayerMacs, layerMacs } from '../network/macs';
import type { DeviceProfile } from '../protocol/device-profile';
import type { LayerGraph } from '../protocol/layer-graph';
import { type Phase, phases } from '../protocol/phases';
import { layerWork } from './layer-work';
import { fullPrecision, type OperandWidths } from './work';
import { type ComponentEnergies, costOfWork, secondsOfWork } from './work-cost';

/**
 * Cost model, version 2; docs/energy.md has the formulas, an example by hand and the limits. Estimated, never measured. Energy of a phase of
 * a layer:
 *
 *     compute = MACs · (multiply + add at their operands' widths) + register bits / 64 · register access
 *             + element-wise additions and multiplications at 32 bits
 *     sram    = buffer bits / 64 · buffer access
 *     dram    = off-chip bits / 64 · off-chip access
 *     static  = static power · time, where the profile states it
 *
 * The bits of convolutions and dense layers are those of the best loop order and tiling that a search finds for the device's registers and
 * buffer, in every phase and at the operands' widths (mapping/). Every layer reads its operands from off-chip memory and writes its result
 * there (no fusion of neighbours): activations are stored by the forward pass and read again by both gradients.
 */

export interface LayerEstimate {
  readonly name: string;
  /** Joules per iteration (all samples of the batch). */
  readonly phases: Readonly<Record<Phase, ComponentEnergies>>;
  /** Joules per iteration by phase, components summed. */
  readonly phaseJ: Readonly<Record<Phase, number>>;
  readonly totalJ: number;
  /** MACs of one sample by phase. */
  readonly macs: LayerMacs;
}

export interface NetworkEstimate {
  readonly profile: string;
  readonly batchSize: number;
  /** In the order of the graph's layers. */
  readonly layers: readonly LayerEstimate[];
  /** Joules per iteration, all layers. */
  readonly phaseJ: Readonly<Record<Phase, number>>;
  readonly componentJ: Readonly<ComponentEnergies>;
  readonly totalJ: number;
  /** MACs of one sample, all layers. */
  readonly macs: LayerMacs;
  /** Seconds per iteration, one layer and phase after the other; absent where the profile states no clock. */
  readonly seconds?: number;
  /** What the energies leave out although a device has it: one sentence each. */
  readonly notIncluded: readonly string[];
}

export interface EstimateOptions {
  /** Samples per iteration. */
  readonly batchSize: number;
  /** Operand widths; 32 bits each when not given (SMB, fp32). */
  readonly bits?: OperandWidths;
  /** Share of the entries of each convolution's weight gradient that the predictor of `bits` decides, 0 to 1. Energies are linear in it. */
  readonly predictedShare?: number;
}

function zeroPhases(): Record<Phase, number> {
  return { forward: 0, inputGradient: 0, weightGradient: 0, update: 0 };
}

/** Adds up layers, which stand in the graph's order. */
function sumOfLayers(profile: DeviceProfile, batchSize: number, layers: readonly LayerEstimate[], seconds: number): NetworkEstimate {
  const phaseJ = zeroPhases();
  const componentJ: ComponentEnergies = { compute: 0, sram: 0, dram: 0, static: 0 };
  const macs = { forward: 0, inputGradient: 0, weightGradient: 0 };
  let totalJ = 0;
  for (const layer of layers) {
    for (const phase of phases) {
      const energies = layer.phases[phase];
      phaseJ[phase] += layer.phaseJ[phase];
      componentJ.compute += energies.compute;
      componentJ.sram += energies.sram;
      componentJ.dram += energies.dram;
      componentJ.static += energies.static;
    }
    macs.forward += layer.macs.forward;
    macs.inputGradient += layer.macs.inputGradient;
    macs.weightGradient += layer.macs.weightGradient;
    totalJ += layer.totalJ;
  }
  return {
    ...{ profile: profile.name, batchSize, layers, phaseJ, componentJ, totalJ, macs },
    ...(profile.static && { seconds }),
    notIncluded: profile.static ? [] : [`Static power is not in it: the device profile ${profile.name} states none.`],
  };
}

function layerEstimate(name: string, energies: Record<Phase, ComponentEnergies>, macs: LayerMacs): LayerEstimate {
  const phaseJ = zeroPhases();
  let totalJ = 0;
  for (const phase of phases) {
    const { compute, sram, dram, static: power } = energies[phase];
    phaseJ[phase] = compute + sram + dram + power;
    totalJ += phaseJ[phase];
  }
  return { name, phases: energies, phaseJ, totalJ, macs };
}

function estimateAnew(graph: LayerGraph, profile: DeviceProfile, batchSize: number, widths: OperandWidths, predictedShare: number) {
  let seconds = 0;
  const layers = graph.layers.map((layer) => {
    const work = layerWork(graph, layer, { batchSize, widths, profile, predictedShare });
    const energies = {} as Record<Phase, ComponentEnergies>;
    for (const phase of phases) {
      energies[phase] = costOfWork(work[phase], profile);
      seconds += secondsOfWork(work[phase], profile) ?? 0;
    }
    return layerEstimate(layer.name, energies, layerMacs(graph, layer));
  });
  return sumOfLayers(profile, batchSize, layers, seconds);
}

/** a + share · (b − a). */
function between(profile: DeviceProfile, a: NetworkEstimate, b: NetworkEstimate, share: number): NetworkEstimate {
  const mixed = (one: number, other: number) => one + share * (other - one);
  const layers = a.layers.map((layer, index) => {
    const other = b.layers[index]!;
    if (layer.totalJ === other.totalJ) return layer;
    const energies = { ...layer.phases };
    const [none, all] = [layer.phases.weightGradient, other.phases.weightGradient];
    energies.weightGradient = {
      compute: mixed(none.compute, all.compute),
      sram: mixed(none.sram, all.sram),
      dram: mixed(none.dram, all.dram),
      static: mixed(none.static, all.static),
    };
    return layerEstimate(layer.name, energies, layer.macs);
  });
  return sumOfLayers(profile, a.batchSize, layers, mixed(a.seconds ?? 0, b.seconds ?? 0));
}

/** Estimates of a network on a device; more than a person's sliders pass by are not kept. */
const rememberedEstimates = 32;
const known = new WeakMap<LayerGraph, WeakMap<DeviceProfile, Map<string, NetworkEstimate>>>();

function estimatesOf(graph: LayerGraph, profile: DeviceProfile): Map<string, NetworkEstimate> {
  const ofGraph = known.get(graph) ?? new WeakMap<DeviceProfile, Map<string, NetworkEstimate>>();
  known.set(graph, ofGraph);
  const estimates = ofGraph.get(profile) ?? new Map<string, NetworkEstimate>();
  ofGraph.set(profile, estimates);
  return estimates;
}

/**
 * Estimated energy of one executed training iteration, by layer, phase and component. The first estimate of a network on a device searches
 * for mappings, some milliseconds for each distinct layer; after that it is fast enough to follow a slider.
 * @throws RangeError when the batch size is not a positive whole number, or not even one element of each operand fits the device.
 */
export function estimateNetwork(graph: LayerGraph, profile: DeviceProfile, options: EstimateOptions): NetworkEstimate {
  const { batchSize, bits: widths = fullPrecision, predictedShare = 0 } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new RangeError(`The batch size must be a positive whole number, not ${batchSize}.`);
  const at = (share: 0 | 1) => {
    const estimates = estimatesOf(graph, profile);
    const key = JSON.stringify([batchSize, widths, share]);
    const remembered = estimates.get(key);
    if (remembered) return remembered;
    const estimate = estimateAnew(graph, profile, batchSize, widths, share);
    if (estimates.size >= rememberedEstimates) estimates.delete(estimates.keys().next().value!);
    estimates.set(key, estimate);
    return estimate;
  };
  if (!widths.predictor || predictedShare === 0) return at(0);
  return predictedShare === 1 ? at(1) : between(profile, at(0), at(1), predictedShare);
}
