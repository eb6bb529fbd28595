import { formatJoules, formatShare } from '../../energy/format';
import { liveStates, type RunState } from '../../protocol/records';
import type { RunSummary } from '../../protocol/runs';
import { localize } from '../localize';

/** How a run stands, as short texts for lists, the status bar and screen readers. */

export const isLive = ({ run }: RunSummary): boolean => liveStates.includes(run.state);
/** Live, and steered from this window. */
export const isOursAndLive = (summary: RunSummary): boolean => summary.ours && isLive(summary);
export const isInAnotherWindow = (summary: RunSummary): boolean => !summary.ours && isLive(summary);

/** Share of the planned iterations that is done, 0 to 1. */
export function progressShare({ iteration, plannedIterations }: RunSummary): number {
  return Math.min(1, (iteration?.iteration ?? 0) / plannedIterations);
}

/** `0.4 %` so that a long run is seen to move, from 10 on whole per cent: `42 %`; 100 only when all is done. */
export function progressText(summary: RunSummary): string {
  const share = progressShare(summary);
  return share < 0.1 ? formatShare(share) : `${Math.floor(share * 100)} %`;
}

export const lossText = (loss: number): string => (loss >= 100 ? loss.toFixed(0) : loss.toFixed(2));

export function stateName(state: RunState): string {
  switch (state) {
    case 'queued':
      return localize('queued');
    case 'preparing':
      return localize('preparing');
    case 'training':
      return localize('training');
    case 'stopping':
      return localize('stopping');
    case 'stopped':
      return localize('stopped');
    case 'finished':
      return localize('finished');
    case 'failed':
      return localize('failed');
    case 'interrupted':
      return localize('interrupted');
  }
}

/** The last test's accuracy; undefined before the first. */
export function accuracyText({ evaluation }: RunSummary): string | undefined {
  return evaluation && localize('{0} test', formatShare(evaluation.accuracy));
}

/** Metrics of the run so far, the most telling first; estimated joules carry their mark. */
export function metricTexts(summary: RunSummary): string[] {
  const { run, iteration } = summary;
  const accuracy = accuracyText(summary);
  const texts = accuracy ? [accuracy] : [];
  if (iteration?.loss !== undefined && run.state !== 'finished') texts.push(localize('loss {0}', lossText(iteration.loss)));
  if (iteration) texts.push(`~${formatJoules(iteration.energyJ)}`);
  return texts;
}

/** The summary with the loss that was last computed, so that it does not come and go with the iterations that SMD drops. */
export function withLastLoss(summary: RunSummary, before: RunSummary | undefined): RunSummary {
  const loss = summary.iteration?.loss ?? before?.iteration?.loss;
  return summary.iteration && loss !== undefined ? { ...summary, iteration: { ...summary.iteration, loss } } : summary;
}

/** Share of the baseline's energy that the run has saved so far; undefined before its first record. */
export function savedShare({ iteration }: RunSummary): number | undefined {
  return iteration && iteration.baselineEnergyJ > 0 ? 1 - iteration.energyJ / iteration.baselineEnergyJ : undefined;
}
