import type { SignPredictionRecord } from '../protocol/records';
import type { PredictedEntries } from './trainer';

/** Iterations between two records, at least. */
const fewestIterations = 10;
/** Records of a run, at most. */
const mostRecords = 1000;

/** Adds up what PSG's predictor decided until the next record is due. */
export class SignPredictionTally {
  private readonly layers = new Map<string, PredictedEntries>();
  private last = 0;

  add(step: readonly PredictedEntries[]): void {
    for (const { layer, entries, predicted, wrong } of step) {
      const sum = this.layers.get(layer);
      this.layers.set(layer, {
        layer,
        entries: entries + (sum?.entries ?? 0),
        predicted: predicted + (sum?.predicted ?? 0),
        wrong: wrong + (sum?.wrong ?? 0),
      });
    }
  }

  /** The record of all that was added since the one before, where it is due and there is something to say. */
  take(iteration: number, planned: number): SignPredictionRecord | undefined {
    if (iteration - this.last < Math.max(fewestIterations, planned / mostRecords) || this.layers.size === 0) return undefined;
    const layers = [...this.layers.values()];
    this.layers.clear();
    this.last = iteration;
    const sum = (of: 'entries' | 'predicted' | 'wrong') => layers.reduce((total, layer) => total + layer[of], 0);
    return {
      type: 'signPrediction',
      iteration,
      predictedShare: shareOf(sum('predicted'), sum('entries')),
      wrongShare: shareOf(sum('wrong'), sum('predicted')),
      layers: layers.map(({ layer }) => layer),
      predicted: layers.map(({ predicted, entries }) => shareOf(predicted, entries)),
      wrong: layers.map(({ wrong, predicted }) => shareOf(wrong, predicted)),
    };
  }
}

const shareOf = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
