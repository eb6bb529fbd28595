import { formatCount, formatJoules } from '../../energy/format';
import { localize } from '../localize';
import { measuredLabel, shortMeasuredText } from '../measurements/measured-text';
import type { AnnotatedLine } from './annotated-lines';

/** The mark before an estimated figure. */
export const estimatedMark = '~';

/** Columns of a usual window; what is longer runs out of it, and the hover has it whole. */
const windowColumns = 120;
/** Characters that a measured figure gets even so. */
const shortest = 44;

/**
 * What stands behind a line: energy, how many layers the line made, and what was measured of them, or else MACs where there are any. At most
 * about 40 characters; a measurement and the conditions that the estimate does not share get what is left of a window, and 44 at least.
 * @param lineLength characters of the line that it stands behind.
 */
export function annotationText(line: AnnotatedLine, lineLength: number): string {
  const { energyJ, macs, made, measured } = line;
  if (measured) {
    const estimate = `${estimatedMark}${formatJoules(energyJ)}${made > 1 ? ` ×${made}` : ''} · `;
    const room = Math.max(shortest, windowColumns - lineLength);
    return estimate + shortMeasuredText(measured, conditionsOf(line), room - estimate.length);
  }
  const parts = [`${estimatedMark}${formatJoules(energyJ)}`];
  if (macs > 0) parts.push(localize('{0} MACs', formatCount(macs)));
  if (isView(line)) parts.push(localize('moves no data'));
  const text = parts.join(' · ');
  return made > 1 ? `${text} ×${made}` : text;
}

/** Flattening only names other dimensions: so its zero is one, and no figure that is missing. */
const isView = ({ layers }: AnnotatedLine) => layers.every(({ layer }) => layer.kind === 'flatten');

/** The same for a screen reader, spelled out. */
export function annotationLabel(line: AnnotatedLine): string {
  const { energyJ, macs, made, measured } = line;
  const energy = localize('estimated {0} per iteration', formatJoules(energyJ));
  const arithmetic = macs > 0 ? `, ${localize('{0} MACs per image', formatCount(macs))}` : '';
  const layers = made > 1 ? `, ${localize('{0} layers', made)}` : '';
  const nothing = isView(line) ? `, ${localize('moves no data')}` : '';
  return `${energy}${nothing}${arithmetic}${layers}${measured ? `; ${measuredLabel(measured, conditionsOf(line))}` : ''}`;
}

const conditionsOf = ({ models, made }: AnnotatedLine) => ({ batchSize: models[0]!.batchSize, layers: made });
