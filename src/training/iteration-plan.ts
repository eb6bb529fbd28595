import type { LiveSettings } from './live-settings';

/** How long a run is, and what each of its iterations stands for. */
export interface IterationPlan {
  /** Iterations of the whole run, those that SMD drops included. */
  readonly planned: number;
  /** Nominal iterations that each of those to come stands for. */
  readonly nominalShare: number;
}

/** Less than this is rounding. */
const nothing = 1e-9;

/**
 * Plans what remains of a run: its nominal iterations, which SMD stretches, so that run and baseline end together whenever settings change.
 * @param at iterations done.
 * @param nominal iterations that they stood for.
 */
export function planIterations(
  { iterations, savers: { smd } }: Pick<LiveSettings, 'iterations' | 'savers'>,
  at = 0,
  nominal = 0,
): IterationPlan {
  const remaining = iterations - nominal;
  if (remaining < nothing) return { planned: at, nominalShare: 1 };
  const count = Math.max(1, Math.round(remaining * (smd.enabled ? smd.scheduleStretch : 1)));
  return { planned: at + count, nominalShare: remaining / count };
}
