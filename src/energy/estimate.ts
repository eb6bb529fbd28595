import type { LayerMacs } from '../network/macs';
import type { DeviceProfile } from '../protocol/device-profile';
import type { LayerGraph } from '../protocol/layer-graph';
import { type Phase, phases } from '../protocol/phases';
import { type LayerCost, layerCosts } from './layer-costs';
import { fullPrecision, type OperandWidths } from './work';
import type { ComponentEnergies } from './work-cost';

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

export interface LayerEstimate extends LayerCost {
  readonly name: string;
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
function sumOfLayers(profile: DeviceProfile, batchSize: number, layers: readonly LayerEstimate[]): NetworkEstimate {
  const phaseJ = zeroPhases();
  const componentJ: ComponentEnergies = { compute: 0, sram: 0, dram: 0, static: 0 };
  const macs = { forward: 0, inputGradient: 0, weightGradient: 0 };
  let totalJ = 0;
  let seconds = 0;
  for (const layer of layers) {
    for (const phase of phases) {
      const energies = layer.phases[phase];
      phaseJ[phase] += layer.phaseJ[phase];
      seconds += layer.phaseSeconds?.[phase] ?? 0;
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

/** a + share · (b − a), which differ in the weight gradient alone. */
function between(a: LayerCost, b: LayerCost, share: number): LayerCost {
  if (a.totalJ === b.totalJ) return a;
  const mixed = (one: number, other: number) => one + share * (other - one);
  const [none, all] = [a.phases.weightGradient, b.phases.weightGradient];
  const weightGradient = {
    compute: mixed(none.compute, all.compute),
    sram: mixed(none.sram, all.sram),
    dram: mixed(none.dram, all.dram),
    static: mixed(none.static, all.static),
  };
  const { phaseSeconds } = a;
  return {
    macs: a.macs,
    phases: { ...a.phases, weightGradient },
    phaseJ: { ...a.phaseJ, weightGradient: mixed(a.phaseJ.weightGradient, b.phaseJ.weightGradient) },
    totalJ: mixed(a.totalJ, b.totalJ),
    ...(phaseSeconds && {
      phaseSeconds: { ...phaseSeconds, weightGradient: mixed(phaseSeconds.weightGradient, b.phaseSeconds!.weightGradient) },
    }),
  };
}

/** Costs of layers by their places in the graph. Between 0 and 1 a predicted share is a mixture, so that a slider searches nothing. */
function costsAt(graph: LayerGraph, profile: DeviceProfile, options: EstimateOptions): (place: number) => LayerCost {
  const { batchSize, bits: widths = fullPrecision, predictedShare = 0 } = options;
  const at = (share: number) => layerCosts(graph, profile, { batchSize, widths, predictedShare: share });
  if (!widths.predictor || predictedShare === 0) return at(0);
  if (predictedShare === 1) return at(1);
  const [none, all] = [at(0), at(1)];
  return (place) => between(none(place), all(place), predictedShare);
}

/**
 * Estimated energy of one executed training iteration, by layer, phase and component. The first estimate of a kind of layer on a device
 * searches for mappings, some ten milliseconds for each contraction (`withinSlice` bounds that); after that it is fast enough to follow a slider.
 * @throws RangeError when the batch size is not a positive whole number, or not even one element of each operand fits the device.
 */
export function estimateNetwork(graph: LayerGraph, profile: DeviceProfile, options: EstimateOptions): NetworkEstimate {
  const { batchSize } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new RangeError(`The batch size must be a positive whole number, not ${batchSize}.`);
  const costs = costsAt(graph, profile, options);
  const layers = graph.layers.map(({ name }, place) => ({ name, ...costs(place) }));
  return sumOfLayers(profile, batchSize, layers);
}
