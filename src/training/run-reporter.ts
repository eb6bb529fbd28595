import type { Ledger } from '../energy/ledger';
import type { GatedBlock } from '../network/gated-blocks';
import type { Savers } from '../protocol/configuration';
import type { MetricRecord } from '../protocol/records';
import type { IterationPlan } from './iteration-plan';
import { dropProbabilityOf, type LiveSettings } from './live-settings';
import { predictEnd } from './predict-end';
import type { RunClock } from './run-clock';
import { SignPredictionTally } from './sign-prediction-tally';
import { gateStatistics } from './skipping/gate-statistics';
import type { ClassificationMetrics, PredictedEntries } from './trainer';

/** Wall-clock between two accounts by layer, and the longest between two predictions. */
const layerEnergySeconds = 1;
const predictionSeconds = 2;
/** Executed iterations whose mean predicts those to come. */
const fewestBooked = 20;

/** Turns what happens in a run into its metric records, the heavier ones only now and then. */
export class RunReporter {
  private lastLayerEnergy = Number.NEGATIVE_INFINITY;
  private lastPrediction = Number.NEGATIVE_INFINITY;
  private readonly signs = new SignPredictionTally();
  /** What was booked before the present settings, as far as this process knows. */
  private since: { readonly settings: LiveSettings; readonly energyJ: number; readonly iterationsExecuted: number } | undefined;

  constructor(
    private readonly emit: (record: MetricRecord) => void,
    private readonly ledger: Ledger,
    private readonly clock: RunClock,
    /** Joules that one executed iteration is expected to take under the savers; of plain training without. */
    private readonly iterationEnergy: (savers?: Savers) => number,
    private readonly evaluateEvery: number,
  ) {}

  /** @param step what the iteration gave and how long it took; nothing when it was dropped. */
  iteration(
    iteration: number,
    learningRate: number,
    settings: LiveSettings,
    plan: IterationPlan,
    step?: {
      readonly metrics: ClassificationMetrics;
      readonly predictedEntries: readonly PredictedEntries[];
      readonly seconds: number;
    },
  ): void {
    this.emit({
      type: 'iteration',
      iteration,
      executed: step !== undefined,
      ...(step && { loss: step.metrics.loss, accuracy: step.metrics.hits / step.metrics.samples }),
      learningRate,
      dropProbability: dropProbabilityOf(settings),
      seconds: this.clock.seconds,
      imagesPerSecond: step ? step.metrics.samples / step.seconds : 0,
      iterationsExecuted: this.ledger.iterationsExecuted,
      iterationsDropped: this.ledger.iterationsDropped,
      energyJ: this.ledger.energyJ,
      baselineEnergyJ: this.ledger.baselineEnergyJ,
    });
    if (step) this.signs.add(step.predictedEntries);
    const signs = this.signs.take(iteration, plan.planned);
    if (signs) this.emit(signs);
    if (this.clock.seconds - this.lastLayerEnergy >= layerEnergySeconds) this.layerEnergy(iteration);
    const interval = Math.ceil(plan.planned / 100);
    if (iteration % interval === 0 || this.clock.seconds - this.lastPrediction >= predictionSeconds)
      this.prediction(iteration, settings, plan);
  }

  /** Whether a record of what the gated blocks did is due: a thousand a run at most, and none within ten iterations. */
  blocksDue(iteration: number, recordedAt: number, planned: number): boolean {
    return iteration - recordedAt >= Math.max(10, Math.ceil(planned / 1000));
  }

  /** @param probabilities of the gates in this iteration, [samples, gates]; absent without gates. */
  blocks(
    iteration: number,
    blocks: readonly GatedBlock[],
    ran: { readonly executedShare: number; readonly executed: number[] },
    targetShare: number,
    probabilities: Float32Array | undefined,
  ): void {
    this.emit({
      type: 'blockExecution',
      iteration,
      ...ran,
      targetShare,
      blocks: blocks.map(({ add }) => add),
      ...(probabilities && gateStatistics(probabilities, blocks.length)),
    });
  }

  layerEnergy(iteration: number): void {
    this.lastLayerEnergy = this.clock.seconds;
    const { ledger } = this;
    this.emit({ type: 'layerEnergy', iteration, layers: ledger.layers(), macs: ledger.macs(), baselineMacs: ledger.baselineMacs });
  }

  /** Predicts the run's end, once at least one iteration was timed. */
  prediction(iteration: number, settings: LiveSettings, plan: IterationPlan): void {
    const iterationSeconds = this.clock.iterationSeconds.mean;
    if (iterationSeconds === undefined) return;
    this.lastPrediction = this.clock.seconds;
    const { mean: evaluationSeconds } = this.clock.evaluationSeconds;
    this.emit(
      predictEnd({
        iteration,
        ...{ settings, plan },
        energyJ: this.ledger.energyJ,
        baselineEnergyJ: this.ledger.baselineEnergyJ,
        seconds: this.clock.seconds,
        iterationJ: this.bookedIterationJ(settings) ?? this.iterationEnergy(settings.savers),
        baselineIterationJ: this.iterationEnergy(),
        iterationSeconds,
        ...(evaluationSeconds !== undefined && { evaluationSeconds }),
        evaluateEvery: this.evaluateEvery,
      }),
    );
  }

  /**
   * Mean joules of the iterations that were executed under these settings; nothing while they are few. Which blocks gates shut, and how much the
   * predictor decides, is known only then.
   */
  private bookedIterationJ(settings: LiveSettings): number | undefined {
    const { energyJ, iterationsExecuted } = this.ledger;
    if (this.since?.settings !== settings) this.since = { settings, energyJ, iterationsExecuted };
    const executed = iterationsExecuted - this.since.iterationsExecuted;
    return executed >= fewestBooked ? (energyJ - this.since.energyJ) / executed : undefined;
  }
}
