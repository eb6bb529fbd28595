import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchStream } from '../datasets/batch-stream';
import type { Ledger } from '../energy/ledger';
import type { Random } from '../platform/random';
import { plannedIterations, type RunConfiguration, type Tuning } from '../protocol/configuration';
import type { LayerGraph } from '../protocol/layer-graph';
import type { EvaluationRecord, MetricRecord, TuningRecord } from '../protocol/records';
import { withAveragedModel } from './averaged-model';
import { type Evaluation, evaluateTestSet } from './evaluate-test-set';
import type { WeightValues } from './initialize-weights';
import { isConstant, scheduledLearningRate } from './learning-rate-schedule';
import { intervalOf, type LiveSettings, tuned } from './live-settings';
import type { MiniBatchDropping } from './mini-batch-dropping';
import type { RunClock } from './run-clock';
import type { RunControl } from './run-control';
import type { RunReporter } from './run-reporter';
import type { ClassificationMetrics, LabelledImages, Trainer } from './trainer';
import type { TrainingState } from './training-state';
import type { WeightAverage } from './weight-average';

export interface LoopParts {
  readonly configuration: RunConfiguration;
  readonly trainer: Trainer;
  /** Opened at the batch that comes next. */
  readonly batches: BatchStream;
  readonly testBatches: () => Iterable<LabelledImages>;
  /** The same so many training batches each time, for statistics of averaged weights. */
  readonly observationBatches: (count: number) => Iterable<LabelledImages>;
  readonly graph: LayerGraph;
  readonly average: WeightAverage;
  readonly ledger: Ledger;
  readonly clock: RunClock;
  readonly reporter: RunReporter;
  readonly dropping: MiniBatchDropping;
  readonly dropoutRandom: Random;
  readonly control: RunControl;
  /** Tunings that the run's record holds for iterations still to come: made before a kill, after the checkpoint. */
  readonly recordedTunings: readonly TuningRecord[];
  readonly emit: (record: MetricRecord) => void;
  /** Writes a checkpoint of the present moment. @throws Error when it cannot be written. */
  readonly writeCheckpoint: (state: TrainingState) => Promise<void>;
  readonly warn: (message: string) => void;
}

/** The iterations of a run from where it stands to its end or stop: SMD, schedule, evaluation, checkpoints, live tuning. */
export class TrainingLoop {
  private iteration: number;
  private batchesTaken: number;
  private evaluatedAt: number;
  private checkpointAt: number;
  private settings: LiveSettings;
  private warnedOf?: string;
  /** The averaged model as it was last tested, and when. */
  private tested?: { readonly iteration: number; readonly weights: WeightValues };
  private readonly recordedTunings: TuningRecord[];

  /** @param from where the run stands; `fresh` when no checkpoint of this moment is on disk. */
  constructor(
    private readonly parts: LoopParts,
    from: Pick<TrainingState, 'iteration' | 'batchesTaken' | 'evaluatedAt' | 'settings'>,
    fresh: boolean,
  ) {
    this.iteration = from.iteration;
    this.batchesTaken = from.batchesTaken;
    this.evaluatedAt = from.evaluatedAt;
    this.settings = from.settings;
    this.checkpointAt = fresh ? -1 : from.iteration;
    this.recordedTunings = [...parts.recordedTunings];
  }

  /**
   * Runs to the planned end or until `control` stops it; stopped runs leave a checkpoint.
   * @throws Error with one sentence when the loss is no longer a number or the checkpoint of a stop cannot be written.
   */
  async run(): Promise<'finished' | 'stopped'> {
    const { control } = this.parts;
    for (;;) {
      await this.evaluateIfDue();
      if (control.stopRequested) return this.stop();
      await this.checkpointIfDue();
      this.applyTunings();
      if (this.iteration >= plannedIterations(this.settings)) return 'finished';
      this.iterate();
      // One turn of the event loop: messages to and from the process pass here.
      await nextTurn();
    }
  }

  get state(): TrainingState {
    const { average, clock, dropping, dropoutRandom, ledger } = this.parts;
    return {
      iteration: this.iteration,
      batchesTaken: this.batchesTaken,
      evaluatedAt: this.evaluatedAt,
      elapsedSeconds: clock.seconds,
      settings: this.settings,
      random: { dropping: dropping.state, dropout: dropoutRandom.state },
      ledger: ledger.state(),
      average: average.state,
    };
  }

  /** Weights that the run gives: averaged ones where there are any (SWA), else those that SGD stands at. */
  async model(): Promise<WeightValues> {
    if (this.parts.average.state.count === 0) return this.parts.trainer.readWeights();
    if (this.tested?.iteration === this.iteration) return this.tested.weights;
    return (await this.withAverage(
      () => false,
      async (weights) => weights,
    ))!;
  }

  private iterate(): void {
    const { average, dropping, ledger, reporter, trainer } = this.parts;
    const iteration = this.iteration + 1;
    const planned = plannedIterations(this.settings);
    const initial = this.settings.learningRate;
    const constant = isConstant(this.parts.configuration.learningRateSchedule, this.settings);
    const learningRate = constant ? initial : scheduledLearningRate(initial, iteration, planned);
    const nominalShare = this.settings.iterations / planned;
    if (dropping.dropsNext(this.settings.savers.smd)) {
      ledger.dropped(nominalShare);
      this.iteration = iteration;
      reporter.iteration(iteration, learningRate, this.settings);
      return;
    }
    const step = this.step(iteration, learningRate);
    ledger.executed(step.metrics.samples, nominalShare);
    average.follow(this.settings.savers.swa, iteration, planned, () => trainer.readTrainedWeights());
    this.iteration = iteration;
    reporter.iteration(iteration, learningRate, this.settings, step);
  }

  private step(iteration: number, learningRate: number): { metrics: ClassificationMetrics; seconds: number } {
    const { batches, clock, dropoutRandom, trainer } = this.parts;
    const started = clock.seconds;
    const batch = batches.take();
    this.batchesTaken += 1;
    const dropoutSeeds = Array.from({ length: trainer.dropoutLayers }, () => dropoutRandom.integer(0x7fff_ffff));
    const metrics = trainer.step(batch, learningRate, dropoutSeeds);
    if (!Number.isFinite(metrics.loss)) {
      throw new Error(
        `The loss became ${metrics.loss} at iteration ${iteration}; lower the learning rate (it was ${learningRate}) and start again, ` +
          'or resume from the last checkpoint with a lower one.',
      );
    }
    const seconds = clock.seconds - started;
    clock.iterationSeconds.add(seconds);
    return { metrics, seconds };
  }

  private applyTunings(): void {
    const iteration = this.iteration + 1;
    const apply = (tuning: Tuning): void => {
      this.settings = tuned(this.settings, tuning);
    };
    while (this.recordedTunings[0] !== undefined && this.recordedTunings[0].iteration <= iteration) {
      apply(this.recordedTunings.shift()!.tuning);
    }
    for (const tuning of this.parts.control.takeTunings()) {
      // What a person says now goes over what was said, before the interruption, for iterations still to come.
      this.recordedTunings.length = 0;
      apply(tuning);
      this.parts.emit({ type: 'tuning', iteration, tuning });
      this.parts.reporter.prediction(this.iteration, this.settings);
    }
  }

  /** Evaluates at every interval and at the end. A stop abandons it; the resumed run makes up for it. */
  private async evaluateIfDue(): Promise<void> {
    const { clock, configuration, emit, ledger, reporter } = this.parts;
    const interval = intervalOf(configuration.evaluateEvery, 10, this.settings);
    const due = this.iteration % interval === 0 || this.iteration >= plannedIterations(this.settings);
    if (!due || this.iteration === 0 || this.evaluatedAt === this.iteration) return;
    const started = clock.seconds;
    const evaluation = await this.evaluate();
    if (evaluation === undefined) return;
    clock.evaluationSeconds.add(clock.seconds - started);
    this.evaluatedAt = this.iteration;
    emit({ type: 'evaluation', iteration: this.iteration, ...evaluation, energyJ: ledger.energyJ });
    reporter.layerEnergy(this.iteration);
    reporter.prediction(this.iteration, this.settings);
  }

  /** Tests what SGD stands at and, where there is one, the averaged model, which then is what the run is judged by. */
  private async evaluate(): Promise<Omit<EvaluationRecord, 'type' | 'iteration' | 'energyJ'> | undefined> {
    const { average, control, testBatches, trainer } = this.parts;
    const abandoned = () => control.stopRequested;
    const last = await evaluateTestSet(trainer, testBatches(), abandoned);
    const { count } = average.state;
    if (last === undefined || count === 0) return last;
    const averaged = await this.withAverage(abandoned, async (weights): Promise<Evaluation | undefined> => {
      this.tested = { iteration: this.iteration, weights };
      return evaluateTestSet(trainer, testBatches(), abandoned);
    });
    return averaged && { ...averaged, averagedWeights: count, lastIterate: { loss: last.loss, accuracy: last.accuracy } };
  }

  private withAverage<T>(abandoned: () => boolean, use: (weights: WeightValues) => Promise<T>): Promise<T | undefined> {
    const { average, graph, observationBatches, trainer } = this.parts;
    const batches = observationBatches(this.settings.savers.swa.batchNormBatches);
    return withAveragedModel({ trainer, graph, average, batches }, abandoned, use);
  }

  private async checkpointIfDue(): Promise<void> {
    const interval = intervalOf(this.parts.configuration.checkpointEvery, 20, this.settings);
    if (this.iteration === 0 || this.iteration % interval !== 0 || this.checkpointAt === this.iteration) return;
    try {
      await this.checkpoint();
    } catch (error) {
      // A run outlives a full disk: what it has learnt is in memory, and an older checkpoint is whole. One warning for each reason is enough.
      const { message } = error as Error;
      if (message !== this.warnedOf) {
        this.parts.warn(`The checkpoint at iteration ${this.iteration} could not be written: ${message} Training goes on.`);
      }
      this.warnedOf = message;
    }
  }

  private async stop(): Promise<'stopped'> {
    // A change that was asked for just before the stop is kept for the resumed run.
    this.applyTunings();
    if (this.checkpointAt !== this.iteration) await this.checkpoint();
    return 'stopped';
  }

  private async checkpoint(): Promise<void> {
    await this.parts.writeCheckpoint(this.state);
    this.warnedOf = undefined;
    this.checkpointAt = this.iteration;
    this.parts.emit({ type: 'checkpoint', iteration: this.iteration });
  }
}
