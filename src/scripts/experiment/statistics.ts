import { mean } from '../../measurement/statistics';

/** Sample variance times its degrees of freedom. */
function squares(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
}

/** Standard deviation between runs that differ in their seed alone, pooled over groups of such runs; undefined where no group has two. */
export function seedDeviation(groups: readonly (readonly number[])[]): number | undefined {
  const freedom = groups.reduce((sum, group) => sum + group.length - 1, 0);
  if (freedom === 0) return undefined;
  return Math.sqrt(groups.reduce((sum, group) => sum + squares(group), 0) / freedom);
}

/** A point of the baseline's curve: the share of plain training's computation, and the accuracy reached with it. */
export interface CurvePoint {
  readonly share: number;
  readonly accuracy: number;
}

/**
 * Accuracy of plain training at a share of its computation, interpolated between the two nearest runs, linearly in the share's logarithm
 * (accuracy grows about as much with each doubling). Undefined outside of the shares that were run: nothing is extrapolated.
 */
export function accuracyAt(curve: readonly CurvePoint[], share: number): number | undefined {
  const ordered = [...curve].sort((a, b) => a.share - b.share);
  const upper = ordered.findIndex((point) => point.share >= share);
  if (upper < 0) return undefined;
  const above = ordered[upper]!;
  if (above.share === share) return above.accuracy;
  const below = ordered[upper - 1];
  if (!below) return undefined;
  const position = Math.log(share / below.share) / Math.log(above.share / below.share);
  return below.accuracy + position * (above.accuracy - below.accuracy);
}
