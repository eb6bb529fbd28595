import { type LayerMacs, layerMacs } from '../network/macs';
import type { LayerGraph } from '../protocol/layer-graph';
import { type Component, type Phase, phases } from '../protocol/phases';
import type { DeviceProfile } from './device-profile';
import { layerWork } from './layer-work';
import { fullPrecision, type MacCount, type OperandWidths, type PhaseWork } from './work';

/**
 * Cost model, version 1. Estimated, never measured. Energy of a phase of a layer:
 *
 *     compute = MACs · (multiply + add at their operands' widths) + register bits / 64 · register access
 *             + element-wise additions and multiplications at 32 bits
 *     sram    = buffer bits / 64 · buffer access
 *     dram    = off-chip bits / 64 · off-chip access
 *
 * Every layer reads its operands from off-chip memory and writes its result there (no fusion of neighbours): each tensor once per phase,
 * weights once per batch, more often only where neither weights, sums nor inputs fit the buffer (tiling.ts). Activations are stored by the
 * forward pass and read again by both gradients. Partial sums have accumulator width whatever the operands' width, which is why narrow
 * operands save far less than their multipliers do.
 *
 * Checked against ZigZag 3.9.1, a published mapper, on the convolutions of ResNet-20 at 45 nm (tests, with tolerances): the model counts
 * the traffic that no mapping can avoid and a little reuse at the buffer, so it lies a few per cent below the best mapping found.
 * Not in it: static power, the on-chip network, instruction and control overhead, zero skipping, DRAM rows, windows' overlapping rows,
 * the bigger loss of reuse of a single-MAC device or of buffers under a few kilobytes, loading of images from disk.
 */

export type ComponentEnergies = Record<Component, number>;

export interface LayerEstimate {
  readonly name: string;
  /** Joules per iteration (all samples of the batch). */
  readonly phases: Record<Phase, ComponentEnergies>;
  /** Joules per iteration by phase, components summed. */
  readonly phaseJ: Record<Phase, number>;
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
  readonly phaseJ: Record<Phase, number>;
  readonly componentJ: ComponentEnergies;
  readonly totalJ: number;
  /** MACs of one sample, all layers. */
  readonly macs: LayerMacs;
}

export interface EstimateOptions {
  /** Samples per iteration. */
  readonly batchSize: number;
  /** Operand widths; 32 bits each when not given (SMB, fp32). */
  readonly bits?: OperandWidths;
  /** Share of the entries of each convolution's weight gradient that the predictor of `bits` decides, 0 to 1. Energies are linear in it. */
  readonly predictedShare?: number;
}

const picojoule = 1e-12;

/**
 * Picojoules of one MAC. Up to 16 bits operands are integers: the multiplier grows with the product of the widths (8×8 bits 0.2 pJ and 32×32
 * bits 3.1 pJ in Horowitz, ISSCC 2014), the adder is that of 8-bit MACs. Wider ones are floating point, whatever the other operand's width.
 */
function macPJ([a, b]: MacCount['bits'], { arithmetic }: DeviceProfile): number {
  const { addPJ, multiplyPJ } = arithmetic[Math.max(a, b) > 16 ? 32 : 8];
  return addPJ.value + multiplyPJ.value * (Math.max(a, b) > 16 ? 1 : (a * b) / 64);
}

/** Joules of counted work on a device. */
export function costOfWork(work: PhaseWork, profile: DeviceProfile): ComponentEnergies {
  const element = profile.arithmetic[32];
  return {
    compute:
      picojoule *
      (work.macs.reduce((sum, macs) => sum + macs.count * macPJ(macs.bits, profile), 0) +
        (work.registerBits / 64) * profile.register.accessPJ.value +
        work.additions * element.addPJ.value +
        work.multiplications * element.multiplyPJ.value),
    sram: picojoule * (work.sramBits / 64) * profile.buffer.accessPJ.value,
    dram: picojoule * (work.dramBits / 64) * profile.dram.accessPJ.value,
  };
}

function zeroPhases(): Record<Phase, number> {
  return { forward: 0, inputGradient: 0, weightGradient: 0, update: 0 };
}

/**
 * Estimated energy of one executed training iteration, by layer, phase and component.
 * @throws RangeError when the batch size is not a positive whole number.
 */
export function estimateNetwork(graph: LayerGraph, profile: DeviceProfile, options: EstimateOptions): NetworkEstimate {
  const { batchSize, bits: widths = fullPrecision, predictedShare = 0 } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new RangeError(`The batch size must be a positive whole number, not ${batchSize}.`);
  const phaseJ = zeroPhases();
  const componentJ: ComponentEnergies = { compute: 0, sram: 0, dram: 0 };
  const macs = { forward: 0, inputGradient: 0, weightGradient: 0 };
  const layers = graph.layers.map((layer): LayerEstimate => {
    const work = layerWork(graph, layer, { batchSize, widths, profile, predictedShare });
    const energies = {} as Record<Phase, ComponentEnergies>;
    const layerPhaseJ = zeroPhases();
    let totalJ = 0;
    for (const phase of phases) {
      const cost = costOfWork(work[phase], profile);
      energies[phase] = cost;
      layerPhaseJ[phase] = cost.compute + cost.sram + cost.dram;
      totalJ += layerPhaseJ[phase];
      phaseJ[phase] += layerPhaseJ[phase];
      componentJ.compute += cost.compute;
      componentJ.sram += cost.sram;
      componentJ.dram += cost.dram;
    }
    const perSample = layerMacs(graph, layer);
    macs.forward += perSample.forward;
    macs.inputGradient += perSample.inputGradient;
    macs.weightGradient += perSample.weightGradient;
    return { name: layer.name, phases: energies, phaseJ: layerPhaseJ, totalJ, macs: perSample };
  });
  const totalJ = layers.reduce((sum, layer) => sum + layer.totalJ, 0);
  return { profile: profile.name, batchSize, layers, phaseJ, componentJ, totalJ, macs };
}
