import { findDeviceProfile } from '../../src/energy/device-profile';
import { formatJoules, formatShare } from '../../src/energy/format';
import { estimateRun } from '../../src/energy/run-estimate';
import { withinSlice } from '../../src/energy/time-slice';
import type { RunConfiguration } from '../../src/protocol/configuration';
import type { DeviceProfile, ProfileCollection } from '../../src/protocol/device-profile';
import type { LayerGraph } from '../../src/protocol/layer-graph';
import { formatWhole } from '../shared/numbers';

export interface EstimateRow {
  readonly label: string;
  readonly value: string;
}

/** What the estimate card shows: figures, or why there are none. While they are being computed, it is to be asked again. */
export type EstimateView =
  | {
      readonly kind: 'estimated';
      readonly energy: string;
      readonly comparison: string;
      readonly rows: readonly EstimateRow[];
      readonly note?: string;
    }
  | { readonly kind: 'estimating' }
  | { readonly kind: 'unavailable'; readonly reason: string };

/** Where device profiles come from: a live run has its own, as it was when the run began. */
export interface KnownProfiles {
  readonly ownProfiles?: ProfileCollection;
  readonly liveProfile?: DeviceProfile;
}

/** A slider must not stand still for longer. */
const sliceMs = 40;

/** Computes the card's figures from the settings as they stand; fast enough to follow a moving slider, but for the first estimate of a network. */
export function estimateView(
  configuration: RunConfiguration,
  graph: LayerGraph | undefined,
  problem: string | undefined,
  { ownProfiles, liveProfile }: KnownProfiles = {},
): EstimateView {
  if (problem) return { kind: 'unavailable', reason: problem };
  if (!graph) return { kind: 'unavailable', reason: 'The estimate appears once the model has been inspected.' };
  try {
    const profile = liveProfile ?? findDeviceProfile(configuration.deviceProfile, ownProfiles);
    const done = withinSlice(sliceMs, () => estimateRun(graph, profile, configuration));
    if (!done) return { kind: 'estimating' };
    const estimate = done.value;
    const { smd } = configuration.savers;
    const executed = Math.round(estimate.expectedExecuted);
    return {
      kind: 'estimated',
      energy: formatJoules(estimate.energyJ),
      comparison: compare(estimate.savedShare),
      rows: [
        { label: 'SMB baseline, fp32', value: formatJoules(estimate.baselineEnergyJ) },
        { label: 'Per executed iteration', value: formatJoules(estimate.iterationJ) },
        {
          label: 'Iterations executed',
          value: smd.enabled ? `~${formatWhole(executed)} of ${formatWhole(estimate.plannedIterations)}` : formatWhole(executed),
        },
        ...(estimate.deviationJ > 0 ? [{ label: 'Spread by chance', value: `± ${formatJoules(estimate.deviationJ)}` }] : []),
      ],
      note: smd.enabled
        ? `At equal computation, SMD equals fewer iterations: expect the accuracy of a plain run of about ${formatWhole(executed)}.`
        : undefined,
    };
  } catch (error) {
    return { kind: 'unavailable', reason: (error as Error).message };
  }
}

function compare(savedShare: number): string {
  if (Math.abs(savedShare) < 0.0005) return 'same as the baseline';
  return savedShare > 0 ? `${formatShare(savedShare)} saved` : `${formatShare(-savedShare)} more than the baseline`;
}
