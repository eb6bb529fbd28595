import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchStream } from '../datasets/batch-stream';
import type { Ledger } from '../energy/ledger';
import type { Random } from '../platform/random';
import { plannedIterations, type RunConfiguration, type Tuning } from '../protocol/configuration';
import type { MetricRecord, TuningRecord } from '../protocol/records';
import { evaluateTestSet } from './evaluate-test-set';
import { scheduledLearningRate } from './learning-rate-schedule';
import { intervalOf, type LiveSettings, tuned } from './live-settings';
import type { MiniBatchDropping } from './mini-batch-dropping';
import type { RunClock } from './run-clock';
import type { RunControl } from './run-control';
import type { RunReporter } from './run-reporter';
import type { ClassificationMetrics, LabelledImages, Trainer } from './trainer';
import type { TrainingState } from './training-state';

export interface LoopParts {
  readonly configuration: RunConfiguration;
  readonly trainer: Trainer;
  /** Opened at the batch that comes next. */
  readonly batches: BatchStream;
  readonly testBatches: () => Iterable<LabelledImages>;
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
    const { clock, dropping, dropoutRandom, ledger } = this.parts;
    return {
      iteration: this.iteration,
      batchesTaken: this.batchesTaken,
      evaluatedAt: this.evaluatedAt,
      elapsedSeconds: clock.seconds,
      settings: this.settings,
      random: { dropping: dropping.state, dropout: dropoutRandom.state },
      ledger: ledger.state(),
    };
  }

  private iterate(): void {
    const { dropping, ledger, reporter } = this.parts;
    const iteration = this.iteration + 1;
    const learningRate = scheduledLearningRate(this.settings.learningRate, iteration, plannedIterations(this.settings));
    const nominalShare = this.settings.iterations / plannedIterations(this.settings);
    if (dropping.dropsNext(this.settings.savers.smd)) {
      ledger.dropped(nominalShare);
      this.iteration = iteration;
      reporter.iteration(iteration, learningRate, this.settings);
      return;
    }
    const step = this.step(iteration, learningRate);
    ledger.executed(step.metrics.samples, nominalShare);
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
    const { clock, configuration, control, emit, ledger, reporter, testBatches, trainer } = this.parts;
    const interval = intervalOf(configuration.evaluateEvery, 10, this.settings);
    const due = this.iteration % interval === 0 || this.iteration >= plannedIterations(this.settings);
    if (!due || this.iteration === 0 || this.evaluatedAt === this.iteration) return;
    const started = clock.seconds;
    const evaluation = await evaluateTestSet(trainer, testBatches(), () => control.stopRequested);
    if (evaluation === undefined) return;
    clock.evaluationSeconds.add(clock.seconds - started);
    this.evaluatedAt = this.iteration;
    emit({ type: 'evaluation', iteration: this.iteration, ...evaluation, energyJ: ledger.energyJ });
    reporter.layerEnergy(this.iteration);
    reporter.prediction(this.iteration, this.settings);
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
