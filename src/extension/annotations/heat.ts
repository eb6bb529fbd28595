import type { AnnotatedLine } from './annotated-lines';

/** How a line's share of its model's energy is shown: by the length of a bar, and a second time by its colour. */
export interface Heat {
  /** Length of the bar in twentieths of that of the file's hottest line, 1 to 20: rounded up, so that every line has one. */
  readonly twentieths: number;
  /** What the share itself is; a colour that package.json contributes. */
  readonly color: 'e2train.heatLow' | 'e2train.heatMedium' | 'e2train.heatHigh';
}

/** Share of the model's energy in one plain iteration, 0 to 1, that the line's layers have. */
export function shareOf({ energyJ, models }: Pick<AnnotatedLine, 'energyJ' | 'models'>): number {
  const { totalJ } = models[0]!.run.iteration;
  return totalJ > 0 ? energyJ / totalJ : 0;
}

/**
 * Up to a tenth of the model's energy is low, up to a quarter medium.
 * @param most share of the file's hottest line.
 */
export function heatOf(share: number, most: number): Heat {
  const twentieths = most > 0 ? Math.max(1, Math.ceil((20 * share) / most)) : 1;
  if (share <= 0.1) return { twentieths, color: 'e2train.heatLow' };
  return { twentieths, color: share <= 0.25 ? 'e2train.heatMedium' : 'e2train.heatHigh' };
}
