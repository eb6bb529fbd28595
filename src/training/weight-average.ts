import type { Savers } from '../protocol/configuration';
import type { WeightValues } from './initialize-weights';

/** Where an average stands, beside its values. */
export interface AverageState {
  /** Sets of weights in it; 0 before the first. */
  readonly count: number;
  /** Iteration after which the last of them was taken. */
  readonly takenAt: number;
}

export const noAverage: AverageState = { count: 0, takenAt: 0 };

/**
 * Stochastic weight averaging (SWA; Izmailov et al., UAI 2018): from a share of the schedule on, the running mean of the weights that SGD
 * passes through. Kept in float32 as the weights are, so that a checkpoint holds it whole: a ← a + (w − a) / (n + 1).
 */
export class WeightAverage {
  private values: ReadonlyMap<string, Float32Array>;

  constructor(
    private at: AverageState = noAverage,
    values: WeightValues = new Map(),
  ) {
    this.values = values;
  }

  get state(): AverageState {
    return this.at;
  }

  /** The mean so far, by weight; empty before the first set. */
  get weights(): WeightValues {
    return this.values;
  }

  /**
   * Called after each executed iteration: takes the weights in when one is due. An average that is switched off, or that a longer schedule
   * moves into the future, is forgotten: early weights would only hold it back. So is one of other weights, from before gates came or went.
   * @param planned iterations of the schedule.
   * @param read gives the trained weights.
   */
  follow(swa: Savers['swa'], iteration: number, planned: number, read: () => WeightValues): void {
    if (!swa.enabled || iteration < swa.startShare * planned) {
      this.at = noAverage;
      this.values = new Map();
      return;
    }
    if (this.at.count > 0 && iteration - this.at.takenAt < swa.every) return;
    const weights = read();
    if (this.values.size !== weights.size) this.at = noAverage;
    this.take(weights);
    this.at = { count: this.at.count + 1, takenAt: iteration };
  }

  private take(weights: WeightValues): void {
    const { count } = this.at;
    if (count === 0) {
      this.values = weights;
      return;
    }
    for (const [name, mean] of this.values) {
      const present = weights.get(name)!;
      for (let index = 0; index < mean.length; index++) mean[index]! += (present[index]! - mean[index]!) / (count + 1);
    }
  }
}
