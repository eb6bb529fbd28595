import { formatCount, formatJoules } from '../../energy/format';
import { localize } from '../localize';
import type { AnnotatedLine } from './annotated-lines';

/** The mark before an estimated figure. */
export const estimatedMark = '~';

/** What stands behind a line: energy, MACs where there are any, and how many layers the line made. At most about 40 characters. */
export function annotationText({ energyJ, macs, made }: AnnotatedLine): string {
  const parts = [`${estimatedMark}${formatJoules(energyJ)}`];
  if (macs > 0) parts.push(localize('{0} MACs', formatCount(macs)));
  const text = parts.join(' · ');
  return made > 1 ? `${text} ×${made}` : text;
}

/** The same for a screen reader, spelled out. */
export function annotationLabel({ energyJ, macs, made }: AnnotatedLine): string {
  const energy = localize('estimated {0} per iteration', formatJoules(energyJ));
  const arithmetic = macs > 0 ? `, ${localize('{0} MACs per image', formatCount(macs))}` : '';
  return made > 1 ? `${energy}${arithmetic}, ${localize('{0} layers', made)}` : `${energy}${arithmetic}`;
}
