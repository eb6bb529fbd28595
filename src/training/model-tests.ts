import { Random } from '../platform/random';
import type { Savers } from '../protocol/configuration';
import type { EvaluationRecord } from '../protocol/records';
import { type AveragedModelParts, withAveragedModel } from './averaged-model';
import type { Evaluation } from './evaluate-test-set';
import type { WeightValues } from './initialize-weights';
import { drawBlocks } from './skipping/block-draws';
import { type TestParts, testAsTrained, testGates } from './skipping/gated-evaluation';
import type { LabelledImages } from './trainer';

type Parts = Omit<TestParts, 'savers'> &
  Pick<AveragedModelParts, 'average'> & {
    /** The same so many training batches each time, for statistics of averaged weights. */
    readonly observationBatches: (count: number) => Iterable<LabelledImages>;
  };

/** What a test found, without when and at what cost. */
export type ModelTest = Omit<EvaluationRecord, 'type' | 'iteration' | 'energyJ' | 'macs' | 'baselineMacs'>;

/** The tests of a run's model, and that model: averaged weights where there are any (SWA), else those that SGD stands at. */
export class ModelTests {
  /** The averaged model as it was last tested, and when. */
  private tested?: { readonly iteration: number; readonly weights: WeightValues };

  constructor(private readonly parts: Parts) {}

  /**
   * Tests what SGD stands at and, where there is one, the averaged model, which then is what the run is judged by.
   * @param blockShares share of training samples that ran through each gated block, where that is known.
   * @returns nothing when abandoned.
   */
  async evaluate(savers: Savers, iteration: number, blockShares: readonly number[] | undefined): Promise<ModelTest | undefined> {
    const { average } = this.parts;
    const last = await this.test(savers);
    const { count } = average.state;
    if (last === undefined || count === 0) return last && this.withGates(savers, last, blockShares);
    const averaged = await this.withAverage(savers, async (weights) => {
      this.tested = { iteration, weights };
      const test = await this.test(savers);
      return test && this.withGates(savers, test, blockShares);
    });
    return averaged && { ...averaged, averagedWeights: count, lastIterate: { loss: last.loss, accuracy: last.accuracy } };
  }

  /** Weights that the run gives. */
  async model(savers: Savers, iteration: number): Promise<WeightValues> {
    const { average, trainer } = this.parts;
    if (average.state.count === 0) return trainer.readWeights();
    if (this.tested?.iteration === iteration) return this.tested.weights;
    return (await this.withAverage(
      savers,
      async (weights) => weights,
      () => false,
    ))!;
  }

  private test(savers: Savers): Promise<Evaluation | undefined> {
    return testAsTrained({ ...this.parts, savers });
  }

  private async withGates(savers: Savers, test: Evaluation, blockShares: readonly number[] | undefined): Promise<ModelTest | undefined> {
    const { images, loss, accuracy } = test;
    if (!savers.slu.enabled || this.parts.trainer.gatedBlocks.length === 0) return { images, loss, accuracy };
    const gates = await testGates({ ...this.parts, savers }, test, blockShares);
    return gates && { images, loss, accuracy, gates };
  }

  /** Statistics of batch norm are those of the samples that run, as in training: blocks are skipped by the same numbers each time. */
  private withAverage<T>(
    savers: Savers,
    use: (weights: WeightValues) => Promise<T>,
    abandoned = this.parts.abandoned,
  ): Promise<T | undefined> {
    const { average, graph, observationBatches, seed, trainer } = this.parts;
    const batches = observationBatches(savers.swa.batchNormBatches);
    const random = new Random(seed, 'blocks of observed batches');
    const draw = (samples: number) => drawBlocks(random, savers, trainer.gatedBlocks, samples);
    return withAveragedModel({ trainer, graph, average, batches, draw }, abandoned, use);
  }
}
