import type { RunConfiguration } from '../protocol/configuration';
import type { LiveSettings } from './live-settings';

/** Whether the learning rate stays as it is: averaging weights (SWA) helps only where they keep moving. */
export function isConstant(schedule: RunConfiguration['learningRateSchedule'], { savers: { swa } }: Pick<LiveSettings, 'savers'>): boolean {
  return schedule === 'constant' || (schedule === 'auto' && swa.enabled);
}

/**
 * Learning rate of one iteration: the initial one, divided by 10 from 1/2 and again from 3/4 of the planned iterations on
 * (E2-Train, section 4.1). Iterations count from 1 and dropped ones count too.
 */
export function scheduledLearningRate(initial: number, iteration: number, planned: number): number {
  const before = iteration - 1;
  if (before < planned / 2) return initial;
  return before < (planned * 3) / 4 ? initial / 10 : initial / 100;
}
