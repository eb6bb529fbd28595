import { formatCount, formatJoules } from '../../energy/format';
import { localize } from '../localize';
import { measuredLabel, measuredText } from '../measurements/measured-text';
import type { AnnotatedLine } from './annotated-lines';

/** The mark before an estimated figure. */
export const estimatedMark = '~';

/**
 * What stands behind a line: energy, how many layers the line made, and what was measured of them, or else MACs where there are any. At most
 * about 40 characters, and the conditions of a measurement that the estimate does not share.
 */
export function annotationText(line: AnnotatedLine): string {
  const { energyJ, macs, made, measured } = line;
  if (measured) {
    const estimate = `${estimatedMark}${formatJoules(energyJ)}${made > 1 ? ` ×${made}` : ''}`;
    return `${estimate} · ${measuredText(measured, conditionsOf(line))}`;
  }
  const parts = [`${estimatedMark}${formatJoules(energyJ)}`];
  if (macs > 0) parts.push(localize('{0} MACs', formatCount(macs)));
  const text = parts.join(' · ');
  return made > 1 ? `${text} ×${made}` : text;
}

/** The same for a screen reader, spelled out. */
export function annotationLabel(line: AnnotatedLine): string {
  const { energyJ, macs, made, measured } = line;
  const energy = localize('estimated {0} per iteration', formatJoules(energyJ));
  const arithmetic = macs > 0 ? `, ${localize('{0} MACs per image', formatCount(macs))}` : '';
  const layers = made > 1 ? `, ${localize('{0} layers', made)}` : '';
  return `${energy}${arithmetic}${layers}${measured ? `; ${measuredLabel(measured, conditionsOf(line))}` : ''}`;
}

const conditionsOf = ({ models, layers }: AnnotatedLine) => ({ batchSize: models[0]!.batchSize, layers: layers.length });
