import type { PredictionRecord } from '../protocol/records';
import type { IterationPlan } from './iteration-plan';
import { dropProbabilityOf, intervalOf, type LiveSettings } from './live-settings';

/** What is known in the middle of a run. */
export interface Midway {
  readonly iteration: number;
  readonly settings: LiveSettings;
  readonly plan: IterationPlan;
  /** So far. */
  readonly energyJ: number;
  readonly baselineEnergyJ: number;
  readonly seconds: number;
  /** Of one executed iteration, and of one of plain training. */
  readonly iterationJ: number;
  readonly baselineIterationJ: number;
  readonly iterationSeconds: number;
  /** Of one evaluation of the test images; absent before the first. */
  readonly evaluationSeconds?: number;
  /** As configured; 0 for ten times a run. */
  readonly evaluateEvery: number;
}

/** The run's totals at its end: what has run, and for each iteration that remains its cost times the probability that it is executed. */
export function predictEnd(midway: Midway): PredictionRecord {
  const { planned, nominalShare } = midway.plan;
  const remaining = Math.max(0, planned - midway.iteration);
  const executed = remaining * (1 - dropProbabilityOf(midway.settings));
  const evaluations = Math.ceil(remaining / intervalOf(midway.evaluateEvery, 10, planned));
  return {
    type: 'prediction',
    iteration: midway.iteration,
    plannedIterations: planned,
    energyJ: midway.energyJ + executed * midway.iterationJ,
    baselineEnergyJ: midway.baselineEnergyJ + remaining * nominalShare * midway.baselineIterationJ,
    settings: midway.settings,
    seconds: midway.seconds + executed * midway.iterationSeconds + evaluations * (midway.evaluationSeconds ?? 0),
  };
}
