import type {
  BlockExecutionRecord,
  EvaluationRecord,
  IterationRecord,
  LayerEnergyRecord,
  NumberedRecord,
  PredictionRecord,
  SignPredictionRecord,
  TuningRecord,
} from '../../src/protocol/records';
import { tuningsThatHold } from '../../src/protocol/tunings';
import { BoundedRecords } from './bounded-records';
import { BoundedSeries } from './bounded-series';
import { iterationsBetween, pausesOf, psgSwitch, type Switch, skippingSwitch } from './pauses';
import { mergeBlockExecutions, mergeSignPredictions } from './saver-records';

/** Points kept of each series; more are thinned evenly. */
const pointLimit = 20_000;
/** Records kept of what savers do; more are merged two by two. */
const saverLimit = 400;

/** All that the page knows of one run, bounded in memory whatever the run's length. */
export class RunRecord {
  lastSequence = 0;
  iteration?: IterationRecord;
  prediction?: PredictionRecord;
  layerEnergy?: LayerEnergyRecord;
  readonly evaluations: EvaluationRecord[] = [];
  tunings: readonly TuningRecord[] = [];
  /** Every iteration. */
  readonly progress: BoundedSeries<'energyJ' | 'baselineEnergyJ' | 'executed' | 'dropped' | 'learningRate'>;
  /** Executed iterations: loss and top-1 share on their batch. */
  readonly training: BoundedSeries<'loss' | 'accuracy'>;
  /** SLU and stochastic depth: what of the residual blocks ran. */
  readonly blockExecutions = new BoundedRecords<BlockExecutionRecord>(saverLimit, mergeBlockExecutions);
  /** PSG: what the predictor decided. */
  readonly signPredictions = new BoundedRecords<SignPredictionRecord>(saverLimit, mergeSignPredictions);

  constructor(limit = pointLimit) {
    this.progress = new BoundedSeries(['energyJ', 'baselineEnergyJ', 'executed', 'dropped', 'learningRate'], limit);
    this.training = new BoundedSeries(['loss', 'accuracy'], limit);
  }

  /** Takes new records and leaves out those it has. */
  take(records: readonly NumberedRecord[]): void {
    for (const { sequence, record } of records) {
      if (sequence <= this.lastSequence) continue;
      this.lastSequence = sequence;
      if (record.type === 'iteration') this.takeIteration(record);
      else if (record.type === 'evaluation') this.evaluations.push(record);
      else if (record.type === 'tuning') this.tunings = tuningsThatHold([...this.tunings, record]);
      else if (record.type === 'prediction') this.prediction = record;
      else if (record.type === 'layerEnergy') this.layerEnergy = record;
      else if (record.type === 'blockExecution') this.takeOfSaver(this.blockExecutions, record, skippingSwitch);
      else if (record.type === 'signPrediction') this.takeOfSaver(this.signPredictions, record, psgSwitch);
    }
  }

  /** A record is about all iterations since the one before, without those in which its saver was off. */
  private takeOfSaver<T extends BlockExecutionRecord | SignPredictionRecord>(kept: BoundedRecords<T>, record: T, switched: Switch): void {
    const { iteration } = record;
    kept.append(record, iterationsBetween(kept.latest?.iteration ?? 0, iteration, pausesOf(this.tunings, switched, iteration)));
  }

  private takeIteration(record: IterationRecord): void {
    if (this.iteration && record.iteration <= this.iteration.iteration) this.goBackTo(record.iteration);
    this.iteration = record;
    const { iteration, energyJ, baselineEnergyJ, iterationsExecuted: executed, iterationsDropped: dropped, learningRate } = record;
    this.progress.append(iteration, { energyJ, baselineEnergyJ, executed, dropped, learningRate });
    if (record.loss !== undefined && record.accuracy !== undefined) {
      this.training.append(iteration, { loss: record.loss, accuracy: record.accuracy });
    }
  }

  /** A run that resumes from a checkpoint repeats the iterations after it, with the tunings made then, which are not recorded again. */
  private goBackTo(iteration: number): void {
    this.progress.forgetFrom(iteration);
    this.training.forgetFrom(iteration);
    this.blockExecutions.forgetFrom(iteration);
    this.signPredictions.forgetFrom(iteration);
    const kept = this.evaluations.filter((evaluation) => evaluation.iteration < iteration);
    this.evaluations.splice(0, this.evaluations.length, ...kept);
  }
}
