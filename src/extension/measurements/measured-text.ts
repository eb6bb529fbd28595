import { formatDeviation, formatJoules } from '../../energy/format';
import type { MeasuredKind } from '../../protocol/measurements';
import type { Phase } from '../../protocol/phases';
import { localize } from '../localize';
import type { MeasuredFigure } from './measured-figure';

/** What an estimate stands for, which a measurement's conditions are held against. */
interface EstimateConditions {
  readonly batchSize: number;
  /** Layers that the estimate sums, without those that are an argument of another. */
  readonly layers: number;
}

/** `2.10 mJ Ultra96 +17 % (forward, batch 1, int8)`: what the estimate beside it does not share stands in brackets. */
export function measuredText(figure: MeasuredFigure, estimate: EstimateConditions): string {
  return withConditions(figure, differingConditions(figure, estimate));
}

/** The same in so many characters, where it can be: the last conditions give way to `…`, then the end of the board's name. */
export function shortMeasuredText(figure: MeasuredFigure, estimate: EstimateConditions, room: number): string {
  const conditions = differingConditions(figure, estimate);
  const whole = withConditions(figure, conditions);
  if (whole.length <= room) return whole;
  for (let kept = conditions.length - 1; kept >= 0; kept--) {
    const text = withConditions(figure, [...conditions.slice(0, kept), '…']);
    if (text.length <= room) return text;
  }
  const barest = (board: string | undefined) => withConditions({ ...figure, board }, conditions.length > 0 ? ['…'] : []);
  const { board } = figure;
  if (board === undefined) return barest(board);
  const kept = Math.max(shortestBoardName, board.length - (barest(board).length - room) - 1);
  return barest(kept < board.length ? `${board.slice(0, kept)}…` : board);
}

/** Characters of a board's name that are always kept. */
const shortestBoardName = 8;

function withConditions(figure: MeasuredFigure, conditions: readonly string[]): string {
  const parts = [formatJoules(figure.energyJ), ...sourceWords(figure), ...(figure.likeJ ? [deviation(figure.energyJ, figure.likeJ)] : [])];
  return conditions.length > 0 ? `${parts.join(' ')} (${conditions.join(', ')})` : parts.join(' ');
}

/** The same for a screen reader, spelled out. */
export function measuredLabel(figure: MeasuredFigure, estimate: EstimateConditions): string {
  const { kind, board, energyJ, likeJ } = figure;
  const where = board === undefined ? '' : ` ${localize('on {0}', board)}`;
  const beside = likeJ ? [localize('beside the estimate of the same: {0}', deviation(energyJ, likeJ))] : [];
  return [`${kindName(kind)} ${formatJoules(energyJ)}${where}`, ...beside, ...differingConditions(figure, estimate)].join(', ');
}

/** How far a measurement lies from the estimate of the same: `+17 %`, `−8.0 %`, and far above it `42 times`. */
export function deviation(measuredJ: number, estimatedJ: number): string {
  return formatDeviation(measuredJ / estimatedJ, (count) => localize('{0} times', count));
}

/** What is said of a figure's origin: the board for a measured one, and the kind for every other. */
function sourceWords({ kind, board }: MeasuredFigure): string[] {
  if (kind === 'measured') return [board ?? kindName(kind)];
  return [...(board === undefined ? [] : [board]), kindName(kind)];
}

export function kindName(kind: MeasuredKind): string {
  switch (kind) {
    case 'measured':
      return localize('measured');
    case 'simulated':
      return localize('simulated');
    case 'published':
      return localize('published');
  }
}

function differingConditions(figure: MeasuredFigure, { batchSize, layers }: EstimateConditions): string[] {
  return [
    ...(figure.wholeIteration ? [] : [figure.phases.map(phaseWord).join(' + ')]),
    ...(figure.batchSize === batchSize ? [] : [localize('batch {0}', figure.batchSize)]),
    ...(figure.precision === 'fp32' ? [] : [figure.precision]),
    ...(figure.covered === layers ? [] : [localize('{0} of {1} layers', figure.covered, layers)]),
  ];
}

export function phaseWord(phase: Phase): string {
  switch (phase) {
    case 'forward':
      return localize('forward');
    case 'inputGradient':
      return localize('input gradient');
    case 'weightGradient':
      return localize('weight gradient');
    case 'update':
      return localize('update');
  }
}
