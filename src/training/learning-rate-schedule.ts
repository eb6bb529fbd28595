import type { RunConfiguration } from '../protocol/configuration';
import type { LiveSettings } from './live-settings';

/**
 * Learning rate of one iteration. In steps it is the initial one, divided by 10 from 1/2 and again from 3/4 of the planned iterations on
 * (E2-Train, section 4.1). Weights that are averaged (SWA) have to keep moving, so there it falls once, at 1/2, by SWA's own factor.
 * Iterations count from 1 and dropped ones count too.
 */
export function scheduledLearningRate(
  schedule: RunConfiguration['learningRateSchedule'],
  { savers: { swa } }: Pick<LiveSettings, 'savers'>,
  initial: number,
  iteration: number,
  planned: number,
): number {
  const before = iteration - 1;
  if (schedule === 'constant' || before < planned / 2) return initial;
  if (schedule === 'auto' && swa.enabled) return initial * swa.learningRateFactor;
  return before < (planned * 3) / 4 ? initial / 10 : initial / 100;
}
