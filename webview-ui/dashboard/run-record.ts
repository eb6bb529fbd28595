import type {
  EvaluationRecord,
  IterationRecord,
  LayerEnergyRecord,
  NumberedRecord,
  PredictionRecord,
  TuningRecord,
} from '../../src/protocol/records';
import { BoundedSeries } from './bounded-series';

/** Points kept of each series; more are thinned evenly. */
const pointLimit = 20_000;

/** All that the page knows of one run, bounded in memory whatever the run's length. */
export class RunRecord {
  lastSequence = 0;
  iteration?: IterationRecord;
  prediction?: PredictionRecord;
  layerEnergy?: LayerEnergyRecord;
  readonly evaluations: EvaluationRecord[] = [];
  readonly tunings: TuningRecord[] = [];
  /** Every iteration. */
  readonly progress: BoundedSeries<'energyJ' | 'baselineEnergyJ' | 'executed' | 'dropped'>;
  /** Executed iterations: loss and top-1 share on their batch. */
  readonly training: BoundedSeries<'loss' | 'accuracy'>;

  constructor(limit = pointLimit) {
    this.progress = new BoundedSeries(['energyJ', 'baselineEnergyJ', 'executed', 'dropped'], limit);
    this.training = new BoundedSeries(['loss', 'accuracy'], limit);
  }

  /** Takes new records and leaves out those it has. */
  take(records: readonly NumberedRecord[]): void {
    for (const { sequence, record } of records) {
      if (sequence <= this.lastSequence) continue;
      this.lastSequence = sequence;
      if (record.type === 'iteration') this.takeIteration(record);
      else if (record.type === 'evaluation') this.evaluations.push(record);
      else if (record.type === 'tuning') this.tunings.push(record);
      else if (record.type === 'prediction') this.prediction = record;
      else if (record.type === 'layerEnergy') this.layerEnergy = record;
    }
  }

  private takeIteration(record: IterationRecord): void {
    if (this.iteration && record.iteration <= this.iteration.iteration) this.goBackTo(record.iteration);
    this.iteration = record;
    const { iteration, energyJ, baselineEnergyJ, iterationsExecuted, iterationsDropped } = record;
    this.progress.append(iteration, { energyJ, baselineEnergyJ, executed: iterationsExecuted, dropped: iterationsDropped });
    if (record.loss !== undefined && record.accuracy !== undefined) {
      this.training.append(iteration, { loss: record.loss, accuracy: record.accuracy });
    }
  }

  /** A run that resumes from a checkpoint repeats the iterations after it, with the tunings made then, which are not recorded again. */
  private goBackTo(iteration: number): void {
    this.progress.forgetFrom(iteration);
    this.training.forgetFrom(iteration);
    const kept = this.evaluations.filter((evaluation) => evaluation.iteration < iteration);
    this.evaluations.splice(0, this.evaluations.length, ...kept);
  }
}
