import { localize } from '../localize';
import { annotationLabel, annotationText } from './annotation-text';
import type { DocumentEstimate } from './estimates';
import { hoverText, unavailableHover } from './hover-text';

/** What is shown of a line that makes layers: figures, or that there are none. */
export interface LineText {
  /** From 1. */
  readonly line: number;
  /** Behind the line. */
  readonly text: string;
  /** The same for a screen reader. */
  readonly label: string;
  /** Markdown. */
  hover(): string;
}

/** @param lengthOf characters of a line, which is counted from 1. */
export function lineTexts(
  { lines, unavailable }: Pick<DocumentEstimate, 'lines' | 'unavailable'>,
  lengthOf: (line: number) => number,
): LineText[] {
  if (unavailable)
    return unavailable.lines.map((line) => ({
      line,
      text: localize('energy unavailable'),
      label: localize('Energy unavailable: {0}', unavailable.reason),
      hover: () => unavailableHover(unavailable.reason),
    }));
  return lines.map((line) => ({
    line: line.line,
    text: annotationText(line, lengthOf(line.line)),
    label: annotationLabel(line),
    hover: () => hoverText(line),
  }));
}
