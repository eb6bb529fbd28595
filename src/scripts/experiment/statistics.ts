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
