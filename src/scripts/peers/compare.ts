import { type Contender, type ContenderName, contenderNames, type Setting } from './contenders';
import type { StepFigures } from './step-figures';

/** What one contender did: its fastest step and its most memory over all rounds, or why there is neither. */
export type Outcome = { readonly milliseconds: number; readonly memoryMB: number } | { readonly unavailable: string };

export type Comparison = Setting & { readonly outcomes: Readonly<Record<ContenderName, Outcome>> };

/** Whose steps take longer than a turn was meant to has been timed long enough after so many. */
const turnsOfSlowOnes = 2;

/**
 * Asks every contender in turn, round after round: machines are noisy and drift, and what is compared is the ratio. Who cannot do the
 * step is not asked again.
 */
export function compare(
  setting: Setting,
  contenders: Readonly<Record<ContenderName, Contender>>,
  rounds: number,
  seconds: number,
): Comparison {
  const outcomes: Partial<Record<ContenderName, Outcome>> = {};
  for (let round = 0; round < rounds; round++) {
    for (const name of contenderNames) {
      const before = outcomes[name];
      if (before && ('unavailable' in before || (round >= turnsOfSlowOnes && before.milliseconds > 1000 * seconds))) continue;
      try {
        outcomes[name] = better(before, contenders[name](setting, seconds));
      } catch (failure) {
        outcomes[name] = { unavailable: (failure as Error).message };
      }
    }
  }
  return { ...setting, outcomes: outcomes as Record<ContenderName, Outcome> };
}

function better(before: Outcome | undefined, { stepMs, peakMemoryMB }: StepFigures): Outcome {
  if (!before || 'unavailable' in before) return { milliseconds: stepMs.min, memoryMB: peakMemoryMB };
  return { milliseconds: Math.min(before.milliseconds, stepMs.min), memoryMB: Math.max(before.memoryMB, peakMemoryMB) };
}

/** PyTorch in the layout in which it is faster. */
export function betterTorch({ outcomes }: Comparison): Outcome {
  const { torchChannelsLast: last, torchContiguous: first } = outcomes;
  if ('unavailable' in last) return first;
  if ('unavailable' in first) return last;
  return last.milliseconds <= first.milliseconds ? last : first;
}
