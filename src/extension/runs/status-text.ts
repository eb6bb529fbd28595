import { formatJoules } from '../../energy/format';
import type { RunSummary } from '../../protocol/runs';
import { localize } from '../localize';
import { lossText, progressText, stateName } from './run-progress';

export interface StatusText {
  readonly text: string;
  readonly tooltip: string;
  readonly accessibilityLabel: string;
}

/** `⚡ 42 % · 0.91 · 12 J` of the live run. */
export function liveStatus(summary: RunSummary): StatusText {
  const { run, iteration } = summary;
  const parts = [run.state === 'training' ? progressText(summary) : stateName(run.state)];
  if (iteration?.loss !== undefined) parts.push(lossText(iteration.loss));
  if (iteration) parts.push(formatJoules(iteration.energyJ));
  const energy = iteration ? formatJoules(iteration.energyJ) : localize('none yet');
  return {
    text: `$(zap) ${parts.join(' · ')}`,
    tooltip: localize('{0}: progress, loss, energy so far (estimated). Click for the dashboard.', run.title),
    accessibilityLabel: localize('E2-Train run {0}, {1}, energy so far {2} estimated', run.title, progressText(summary), energy),
  };
}

/**
 * The device profile, while nothing trains.
 * @param obstacle why it cannot be used, in one sentence.
 */
export function idleStatus(deviceProfile: string, obstacle: string | undefined): StatusText {
  if (obstacle)
    return {
      text: `$(warning) ${deviceProfile}`,
      tooltip: localize('{0} Click to choose another device profile.', obstacle),
      accessibilityLabel: localize('E2-Train device profile {0}: {1}', deviceProfile, obstacle),
    };
  return {
    text: `$(zap) ${deviceProfile}`,
    tooltip: localize('Device profile of the energy estimates. Click to choose another.'),
    accessibilityLabel: localize('E2-Train device profile {0}', deviceProfile),
  };
}

export function failedStatus(reason: string): StatusText {
  return {
    text: `$(error) E2-Train`,
    tooltip: localize('{0} Click to restart it.', reason),
    accessibilityLabel: localize('E2-Train: the training backend is not running'),
  };
}
