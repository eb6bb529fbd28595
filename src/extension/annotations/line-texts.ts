import { localize } from '../localize';
import { annotationLabel, annotationText } from './annotation-text';
import type { DocumentEstimate } from './estimates';
import { hoverText, unavailableHover } from './hover-text';
import { estimating, missingFigures } from './missing-figures';

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
export function lineTexts({ lines, missing }: Pick<DocumentEstimate, 'lines' | 'missing'>, lengthOf: (line: number) => number): LineText[] {
  if (missing) {
    const { reason } = missing;
    return missing.lines.map((line) => ({
      line,
      text: reason === undefined ? estimating() : localize('energy unavailable'),
      label: missingFigures(reason),
      hover: () => (reason === undefined ? estimating() : unavailableHover(reason)),
    }));
  }
  return lines.map((line) => ({
    line: line.line,
    text: annotationText(line, lengthOf(line.line)),
    label: annotationLabel(line),
    hover: () => hoverText(line),
  }));
}
