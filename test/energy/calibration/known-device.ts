import type { MeasuredPhase } from '../../../src/energy/calibration/measured-phase';
import { findDeviceProfile } from '../../../src/energy/device-profile';
import { estimateNetwork } from '../../../src/energy/estimate';
import { buildResNet } from '../../../src/network/resnet';
import { Random } from '../../../src/platform/random';
import type { DeviceProfile } from '../../../src/protocol/device-profile';
import type { Layer } from '../../../src/protocol/layer-graph';
import { type Phase, phases } from '../../../src/protocol/phases';

/** A device whose coefficients are known, and measurements of it: what its profile estimates, with noise. */

export const base = findDeviceProfile('asic-45nm');
export const graph = buildResNet({ depth: 8, inputShape: [16, 16, 3], classes: 10 });

export interface Truth {
  /** Over the base profile's. */
  readonly arithmetic8: number;
  readonly arithmetic32: number;
  readonly register: number;
  readonly buffer: number;
  readonly dram: number;
  readonly static?: { readonly powerW: number; readonly clockHz: number; readonly dramBytesPerSecond: number };
}

export function deviceOf(truth: Truth): DeviceProfile {
  const source = 'truth of a test';
  const times = (one: { value: number }, factor: number) => ({ value: one.value * factor, source });
  const arithmetic = (width: 8 | 32, factor: number) => ({
    addPJ: times(base.arithmetic[width].addPJ, factor),
    multiplyPJ: times(base.arithmetic[width].multiplyPJ, factor),
  });
  const known = truth.static;
  return {
    ...base,
    arithmetic: { 8: arithmetic(8, truth.arithmetic8), 32: arithmetic(32, truth.arithmetic32) },
    register: { ...base.register, accessPJ: times(base.register.accessPJ, truth.register) },
    buffer: { ...base.buffer, accessPJ: times(base.buffer.accessPJ, truth.buffer) },
    dram: { accessPJ: times(base.dram.accessPJ, truth.dram) },
    ...(known && {
      static: {
        powerW: { value: known.powerW, source },
        clockHz: { value: known.clockHz, source },
        dramBytesPerSecond: { value: known.dramBytesPerSecond, source },
      },
    }),
  };
}

export interface Campaign {
  /** Standard deviation of energies and times over their values. */
  readonly noise: number;
  readonly seed?: number;
  readonly widths: readonly number[];
  readonly batchSizes?: readonly number[];
  readonly phases?: readonly Phase[];
  readonly layers?: (layer: Layer) => boolean;
}

export function measurementsOf(device: DeviceProfile, campaign: Campaign): MeasuredPhase[] {
  const { noise, seed = 1, batchSizes = [1, 16], layers = () => true } = campaign;
  const random = new Random(seed, 'measurements');
  const noisy = (value: number) => value * (1 + noise * random.normal());
  return campaign.widths.flatMap((bits) =>
    batchSizes.flatMap((batchSize) => {
      const widths = { weights: bits, activations: bits, gradients: bits };
      return estimateNetwork(graph, device, { batchSize, bits: widths }).layers.flatMap(({ name, phaseJ, phaseSeconds }, place) =>
        (campaign.phases ?? phases.slice(0, 3))
          .filter((phase) => phaseJ[phase] > 0 && layers(graph.layers[place]!))
          .map((phase) => ({
            ...{ layer: name, phase, widths, batchSize, energyJ: noisy(phaseJ[phase]) },
            ...(phaseSeconds && { seconds: noisy(phaseSeconds[phase]) }),
          })),
      );
    }),
  );
}
