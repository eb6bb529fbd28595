import { formatDeviation, formatJoules } from '../energy/format';
import { likeEstimates } from '../energy/like-estimates';
import type { DeviceProfile } from '../protocol/device-profile';
import type { LayerGraph } from '../protocol/layer-graph';
import type { FigureRow, MeasurementFile } from '../protocol/measurements';

/** What the cost model says of measured rows: of the same layer, phase, images and operand widths. */
export interface BesideEstimates {
  /** Name of the device profile. */
  readonly profile: string;
  /** Joules of one execution; undefined where the precision tells no widths. */
  joulesOf(row: FigureRow): number | undefined;
}

export function besideEstimates(graph: LayerGraph, profile: DeviceProfile): BesideEstimates {
  return {
    profile: profile.name,
    joulesOf: (row) => likeEstimates(graph, profile, row)?.get(row.layer)?.phaseJ[row.phase] || undefined,
  };
}

/** `~1.80 mJ` and `+17 %`; undefined where there is nothing to hold a figure against. */
export function estimateInWords(row: FigureRow, estimates: BesideEstimates): readonly [estimate: string, difference: string] | undefined {
  const joules = estimates.joulesOf(row);
  if (joules === undefined) return undefined;
  return [`~${formatJoules(joules)}`, formatDeviation(row.energyJ / joules)];
}

/** A measurement with its rows' estimates, null where there is none. */
export function withEstimates(file: MeasurementFile, { profile, joulesOf }: BesideEstimates) {
  const joules = file.rows.map((row) => (row.kind === 'unavailable' ? null : (joulesOf(row) ?? null)));
  return { ...file, estimates: { profile, joules } };
}
