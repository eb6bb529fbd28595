import type { NotificationParameters } from '../../protocol/messages';
import { localize } from '../localize';

/** Rows that came in a session. */
export interface MeasuredCount {
  figures: number;
  unavailable: number;
}

/** How a session at a board ended, in a sentence or two: what there is now, and why it is not all. */
export function endingText(
  { state, reason }: Pick<NotificationParameters<'measurements/ended'>, 'state' | 'reason'>,
  { figures, unavailable }: MeasuredCount,
  board: string,
): string {
  if (state === 'failed') return reason ?? localize('Nothing could be measured on {0}.', board);
  const kept =
    state === 'complete'
      ? localize('Figures measured on {0}: {1}.', board, figures)
      : localize('The measurement on {0} is not complete; figures kept: {1}.', board, figures);
  const missing = unavailable > 0 ? [localize('Unavailable: {0}; their file says why.', unavailable)] : [];
  return [kept, ...(reason ? [reason] : []), ...missing].join(' ');
}
