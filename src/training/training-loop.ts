import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BatchStream } from '../datasets/batch-stream';
import type { IterationWork } from '../energy/iteration-work';
import type { Ledger } from '../energy/ledger';
import { saverWidths } from '../energy/saver-widths';
import { totalMacs } from '../energy/work-macs';
import type { Random } from '../platform/random';
import type { RunConfiguration } from '../protocol/configuration';
import type { EvaluationRecord, MetricRecord, TuningRecord } from '../protocol/records';
import type { GateWeight } from './compile/gate-tensors';
import { compileOptionsOf } from './compile-options';
import { predictorThreshold } from './convolution-arithmetic';
import type { WeightValues } from './initialize-weights';
import { type IterationPlan, planIterations } from './iteration-plan';
import { scheduledLearningRate } from './learning-rate-schedule';
import { intervalOf, type LiveSettings, tuned } from './live-settings';
import type { MiniBatchDropping } from './mini-batch-dropping';
import type { ModelTests } from './model-tests';
import type { RunClock } from './run-clock';
import type { RunControl } from './run-control';
import type { RunReporter } from './run-reporter';
import { drawBlocks } from './skipping/block-draws';
import { BlockTally, executedShare } from './skipping/block-tally';
import { blockWork } from './skipping/block-work';
import { gatingOf, targetShareOf } from './skipping/gating-of';
import { shiftTowards } from './skipping/share-controller';
import type { ClassificationMetrics, PredictedEntries, StepSettings, Trainer } from './trainer';
import type { TrainingState } from './training-state';
import type { WeightAverage } from './weight-average';

export interface LoopParts {
  readonly configuration: RunConfiguration;
  readonly trainer: Trainer;
  /** Opened at the batch that comes next. */
  readonly batches: BatchStream;
  readonly tests: ModelTests;
  readonly average: WeightAverage;
  readonly ledger: Ledger;
  readonly clock: RunClock;
  readonly reporter: RunReporter;
  readonly dropping: MiniBatchDropping;
  readonly dropoutRandom: Random;
  readonly blockRandom: Random;
  /** Weights of new gates, when SLU is switched on in the middle. */
  readonly newGates: (gates: readonly GateWeight[], targetShare: number) => WeightValues;
  readonly control: RunControl;
  /** Tunings that the run's record holds for iterations still to come: made before a kill, after the checkpoint. */
  readonly recordedTunings: readonly TuningRecord[];
  readonly emit: (record: MetricRecord) => void;
  /** Writes a checkpoint of the present moment. @throws Error when it cannot be written. */
  readonly writeCheckpoint: (state: TrainingState) => Promise<void>;
  /** Why no block of the network can be skipped, in one sentence; undefined where some can. */
  readonly obstacleToSkipping: string | undefined;
  readonly warn: (message: string) => void;
}

/** What an iteration that was not dropped gave. */
export interface ExecutedStep {
  readonly metrics: ClassificationMetrics;
  readonly predictedEntries: readonly PredictedEntries[];
  readonly seconds: number;
}

/** The iterations of a run from where it stands to its end or stop: SMD, schedule, evaluation, checkpoints, live tuning. */
export class TrainingLoop {
  private iteration: number;
  private batchesTaken: number;
  private evaluatedAt: number;
  private checkpointAt: number;
  private settings: LiveSettings;
  private plan: IterationPlan;
  private readonly tally: BlockTally;
  private warnedOf?: string;
  private warnedOfThreshold = false;
  private readonly recordedTunings: TuningRecord[];

  /** @param from where the run stands; `fresh` when no checkpoint of this moment is on disk. */
  constructor(
    private readonly parts: LoopParts,
    from: Pick<TrainingState, 'iteration' | 'batchesTaken' | 'evaluatedAt' | 'settings' | 'plan' | 'blocks'>,
    fresh: boolean,
  ) {
    this.iteration = from.iteration;
    this.batchesTaken = from.batchesTaken;
    this.evaluatedAt = from.evaluatedAt;
    this.settings = from.settings;
    this.plan = from.plan;
    this.tally = new BlockTally(from.blocks);
    this.checkpointAt = fresh ? -1 : from.iteration;
    this.recordedTunings = [...parts.recordedTunings];
  }

  /**
   * Runs to the planned end or until `control` stops it; stopped runs leave a checkpoint.
   * @throws Error with one sentence when the loss is no longer a number or the checkpoint of a stop cannot be written.
   */
  async run(): Promise<'finished' | 'stopped'> {
    const { control } = this.parts;
    this.warnOfObstacle();
    for (;;) {
      await this.evaluateIfDue();
      if (control.stopRequested) return this.stop();
      await this.checkpointIfDue();
      // A change may make this iteration the last, which wants its test and its checkpoint.
      if (await this.applyTunings()) continue;
      if (this.iteration >= this.plan.planned) return 'finished';
      this.iterate();
      // One turn of the event loop: messages to and from the process pass here.
      await nextTurn();
    }
  }

  get state(): TrainingState {
    const { average, blockRandom, clock, dropping, dropoutRandom, ledger } = this.parts;
    return {
      iteration: this.iteration,
      batchesTaken: this.batchesTaken,
      evaluatedAt: this.evaluatedAt,
      elapsedSeconds: clock.seconds,
      settings: this.settings,
      plan: this.plan,
      random: { dropping: dropping.state, dropout: dropoutRandom.state, blocks: blockRandom.state },
      ledger: ledger.state(),
      average: average.state,
      blocks: this.tally.state,
    };
  }

  /** Weights that the run gives: averaged ones where there are any (SWA), else those that SGD stands at. */
  model(): Promise<WeightValues> {
    return this.parts.tests.model(this.settings.savers, this.iteration);
  }

  /** Share of the samples that ran through each gated block of late; nothing where none could be skipped. */
  get blockShares(): readonly number[] | undefined {
    return this.tally.blockShares;
  }

  private iterate(): void {
    const { average, dropping, ledger, reporter, trainer } = this.parts;
    const iteration = this.iteration + 1;
    const { planned, nominalShare } = this.plan;
    const { learningRateSchedule } = this.parts.configuration;
    const scheduled = (initial: number) => scheduledLearningRate(learningRateSchedule, this.settings, initial, iteration, planned);
    const learningRate = scheduled(this.settings.learningRate);
    const { psg } = this.settings.savers;
    if (dropping.dropsNext(this.settings.savers.smd)) {
      ledger.dropped(nominalShare);
      this.iteration = iteration;
      reporter.iteration(iteration, learningRate, this.settings, this.plan);
      return;
    }
    const signs = { learningRate: scheduled(psg.learningRate), threshold: predictorThreshold(psg) };
    const step = this.step(iteration, { learningRate, signs });
    ledger.executed(this.workOf(step), nominalShare);
    average.follow(this.settings.savers.swa, iteration, planned, () => trainer.readTrainedWeights());
    this.iteration = iteration;
    reporter.iteration(iteration, learningRate, this.settings, this.plan, step);
    if (step.metrics.executed) this.noteBlocks(step.metrics.executed, step.metrics.samples);
  }

  /** With masked execution every block is computed for every sample, whatever the gates say. */
  private workOf({ metrics, predictedEntries }: ExecutedStep): IterationWork {
    const { slu } = this.settings.savers;
    const bits = saverWidths(this.settings.savers);
    const { executed, ...all } = metrics;
    const masked = slu.enabled && slu.execution === 'masked';
    const ran = masked && executed ? { ...all, executed: executed.map(() => all.samples) } : metrics;
    return {
      ...blockWork(ran, this.parts.trainer.gatedBlocks, slu.enabled),
      ...(bits && { bits }),
      ...(bits?.predictor && { predictedEntries: new Map(predictedEntries.map(({ layer, predicted }) => [layer, predicted])) }),
    };
  }

  private noteBlocks(executed: readonly number[], samples: number): void {
    const { reporter, trainer } = this.parts;
    this.tally.add(executed, samples);
    const { savers } = this.settings;
    if (savers.slu.enabled) trainer.shiftGates(shiftTowards(targetShareOf(savers), executedShare(trainer.gatedBlocks, executed, samples)));
    if (reporter.blocksDue(this.iteration, this.tally.state.recordedAt, this.plan.planned)) this.recordBlocks(this.settings, samples);
  }

  /** @param samples of the last batch. */
  private recordBlocks({ savers }: LiveSettings, samples: number): void {
    const { reporter, trainer } = this.parts;
    const blocks = trainer.gatedBlocks;
    const ran = this.tally.take(blocks, this.iteration);
    reporter.blocks(this.iteration, blocks, ran, targetShareOf(savers), trainer.gateProbabilities(samples));
  }

  private step(iteration: number, rates: Pick<StepSettings, 'learningRate' | 'signs'>): ExecutedStep {
    const { batches, blockRandom, clock, dropoutRandom, trainer } = this.parts;
    const { savers, learningRate: initial } = this.settings;
    const started = clock.seconds;
    const batch = batches.take();
    this.batchesTaken += 1;
    const dropoutSeeds = Array.from({ length: trainer.dropoutLayers }, () => dropoutRandom.integer(0x7fff_ffff));
    const draw = drawBlocks(blockRandom, savers, trainer.gatedBlocks, batch.labels.length);
    const { gateLearningRateFactor, costWeight } = savers.slu;
    // The controller of the gates must be able to act to the end of the run: their learning rate does not fall.
    const gates = { learningRate: gateLearningRateFactor * initial, targetShare: targetShareOf(savers), costWeight };
    const metrics = trainer.step(batch, { ...rates, dropoutSeeds, draw, gates });
    if (!Number.isFinite(metrics.loss)) {
      throw new Error(
        `The loss became ${metrics.loss} at iteration ${iteration}; lower the learning rate (it was ${rates.learningRate}) and start again, ` +
          'or resume from the last checkpoint with a lower one.',
      );
    }
    const seconds = clock.seconds - started;
    clock.iterationSeconds.add(seconds);
    return { metrics, predictedEntries: trainer.predictedEntries(), seconds };
  }

  /** @returns whether the settings are others than before. */
  private async applyTunings(): Promise<boolean> {
    const iteration = this.iteration + 1;
    const before = this.settings;
    while (this.recordedTunings[0] !== undefined && this.recordedTunings[0].iteration <= iteration) {
      this.settings = tuned(this.settings, this.recordedTunings.shift()!.tuning);
    }
    for (const tuning of this.parts.control.takeTunings()) {
      // What a person says now goes over what was said, before the interruption, for iterations still to come.
      this.recordedTunings.length = 0;
      this.settings = tuned(this.settings, tuning);
      this.parts.emit({ type: 'tuning', iteration, tuning });
    }
    if (this.settings === before) return false;
    const [plan, asBefore] = [planIterations(this.settings), planIterations(before)];
    // Only what changes the length makes a new plan: it would round anew.
    if (plan.planned !== asBefore.planned || plan.nominalShare !== asBefore.nominalShare)
      this.plan = planIterations(this.settings, this.iteration, this.parts.ledger.nominalIterations);
    await this.recompile(before);
    this.parts.reporter.prediction(this.iteration, this.settings, this.plan);
    return true;
  }

  /** Settings that ask for another program get one, which goes on with the same weights. */
  private async recompile(before: LiveSettings): Promise<void> {
    const { configuration, newGates, trainer } = this.parts;
    this.warnedOfThreshold = false;
    const [options, optionsBefore] = [this.settings, before].map((settings) => compileOptionsOf(configuration, settings));
    if (JSON.stringify(options) === JSON.stringify(optionsBefore)) return;
    const skipsOtherwise = JSON.stringify(options!.gating) !== JSON.stringify(optionsBefore!.gating);
    if (skipsOtherwise && this.tally.state.samples > 0) this.recordBlocks(before, configuration.batchSize);
    await trainer.recompile(options!, (gates) => newGates(gates, targetShareOf(this.settings.savers)));
    if (!skipsOtherwise) return;
    this.tally.forget(this.iteration);
    this.warnOfObstacle();
  }

  /** Where savers are to skip blocks of a network that has none to skip. */
  private warnOfObstacle(): void {
    const { obstacleToSkipping, warn } = this.parts;
    if (gatingOf(this.settings.savers) && obstacleToSkipping !== undefined) warn(obstacleToSkipping);
  }

  /** What is done at every interval is due then and after the last iteration, once. */
  private isDue(interval: number, doneAt: number): boolean {
    const isTurn = this.iteration % interval === 0 || this.iteration >= this.plan.planned;
    return isTurn && this.iteration > 0 && doneAt !== this.iteration;
  }

  /** A stop abandons an evaluation; the resumed run makes up for it. */
  private async evaluateIfDue(): Promise<void> {
    const { clock, configuration, emit, ledger, reporter, tests } = this.parts;
    if (!this.isDue(intervalOf(configuration.evaluateEvery, 10, this.plan.planned), this.evaluatedAt)) return;
    const started = clock.seconds;
    const evaluation = await tests.evaluate(this.settings.savers, this.iteration, this.blockShares);
    if (evaluation === undefined) return;
    clock.evaluationSeconds.add(clock.seconds - started);
    this.evaluatedAt = this.iteration;
    const { share } = this.tally.state;
    const gates = evaluation.gates && { ...evaluation.gates, ...(share !== undefined && { trainedShare: share }) };
    const cost = { energyJ: ledger.energyJ, macs: totalMacs(ledger.macs()), baselineMacs: ledger.baselineMacs };
    emit({ type: 'evaluation', iteration: this.iteration, ...evaluation, ...(gates && { gates }), ...cost });
    if (gates) this.warnOfThreshold(gates);
    reporter.layerEnergy(this.iteration);
    reporter.prediction(this.iteration, this.settings, this.plan);
  }

  /** Gates that open above one half may run much more or less than they did in training: then that test says nothing of the training. */
  private warnOfThreshold({ threshold, trainedShare }: NonNullable<EvaluationRecord['gates']>): void {
    const off = trainedShare !== undefined && Math.abs(threshold.executedShare - trainedShare) > 0.1;
    if (off && !this.warnedOfThreshold) {
      const percent = (share: number) => `${Math.round(100 * share)} %`;
      this.parts.warn(
        `Gates that open above one half execute ${percent(threshold.executedShare)} of the gated blocks, where training executes ` +
          `${percent(trainedShare)}: judge this run by its sampled gates or its full network.`,
      );
    }
    this.warnedOfThreshold = off;
  }

  /** Also at the end: the final model may be lost in writing, and the counts of what ran are priced later. */
  private async checkpointIfDue(): Promise<void> {
    if (!this.isDue(intervalOf(this.parts.configuration.checkpointEvery, 20, this.plan.planned), this.checkpointAt)) return;
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
    await this.applyTunings();
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
