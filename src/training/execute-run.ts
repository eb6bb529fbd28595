import { join } from 'node:path';
import { openBatchStream } from '../datasets/batch-stream';
import type { Dataset } from '../datasets/dataset';
import { evaluationBatches } from '../datasets/evaluation-batches';
import { observationBatches } from '../datasets/observation-batches';
import { expectedIterationEnergy } from '../energy/expected-work';
import { createLedger } from '../energy/ledger';
import type { Engine } from '../engine/engine';
import { obstacleToSkipping } from '../network/gated-blocks';
import { survivalProbabilities } from '../network/stochastic-depth';
import { Random } from '../platform/random';
import { type Savers, saversSchema } from '../protocol/configuration';
import type { DeviceProfile } from '../protocol/device-profile';
import type { LayerGraph } from '../protocol/layer-graph';
import type { LogLevel } from '../protocol/messages';
import type { MetricRecord, TuningRecord } from '../protocol/records';
import { tuningsThatHold } from '../protocol/tunings';
import type { RunFolder } from '../runs/run-folder';
import { profileOfRun } from '../runs/stored-profile';
import { checkTrainable } from './check-trainable';
import type { Checkpoint } from './checkpoint';
import type { GateWeight } from './compile/gate-tensors';
import { compileOptionsOf } from './compile-options';
import { readTrainedModel, startingWeights } from './fine-tuning';
import { initializeWeights, type WeightValues } from './initialize-weights';
import { planIterations } from './iteration-plan';
import { encodeModel, type ModelMetadata } from './layers-model';
import { liveSettings } from './live-settings';
import { MiniBatchDropping } from './mini-batch-dropping';
import { ModelTests } from './model-tests';
import { initialPythonWeights, pythonModelFiles } from './python-model';
import { modelValues, quantizedInference } from './quantized-inference';
import { RunCheckpoints } from './run-checkpoints';
import { RunClock } from './run-clock';
import type { RunControl } from './run-control';
import { RunReporter } from './run-reporter';
import { noTally } from './skipping/block-tally';
import { foldBranches, unfoldBranches } from './skipping/fold-branches';
import { initializeGateWeights } from './skipping/gate-weights';
import { targetShareOf } from './skipping/gating-of';
import { Trainer } from './trainer';
import { TrainingLoop } from './training-loop';
import type { TrainingState } from './training-state';
import { WeightAverage } from './weight-average';
import { writeFolderAtomically } from './write-folder';

/** Everything a run is made of. */
export interface RunTask {
  /** Its configuration is read from here; checkpoints and the final model (`model/`) are written here. */
  readonly run: RunFolder;
  readonly graph: LayerGraph;
  readonly dataset: Dataset;
  readonly engine: Engine;
  /** Takes each metric record, except `state` records, which are the caller's as `run.json` is. The caller keeps them in the run's folder. */
  readonly emit: (record: MetricRecord) => void;
  readonly control: RunControl;
  readonly log: (level: LogLevel, message: string) => void;
}

/**
 * Trains a run to its end or until it is stopped, from its newest whole checkpoint where there is one, else from the beginning.
 * A resumed run has the uninterrupted one's weights bit for bit, for the same build of the engine and number of threads.
 * @throws Error with one sentence when the network cannot be trained on this data, needs more memory than there is, the loss is no
 *   longer a number, or the final model cannot be written.
 */
export async function executeRun(task: RunTask): Promise<'finished' | 'stopped'> {
  const { run, graph, dataset, engine, emit, control, log } = task;
  const { configuration } = run.read();
  const problem = checkTrainable(graph, dataset)[0];
  if (problem !== undefined) throw new Error(problem);

  const warn = (message: string) => log('warn', message);
  const checkpoints = new RunCheckpoints(run.directory, warn);
  const { batchSize, seed } = configuration;
  const profile = profileOfRun(run);
  const ledger = createLedger(graph, profile, batchSize);
  const iterationEnergy = rememberedIterationEnergy(graph, profile, batchSize);

  const checkpoint = await checkpoints.readNewest();
  const from = checkpoint?.state ?? {
    ...{ iteration: 0, batchesTaken: 0, evaluatedAt: 0, blocks: noTally },
    settings: liveSettings(configuration),
    plan: planIterations(configuration),
  };
  const trainer = await Trainer.create(graph, engine, compileOptionsOf(configuration, from.settings));
  try {
    const streams = randomStreams(seed);
    const newGates = (gates: readonly GateWeight[], targetShare: number) =>
      initializeGateWeights(gates, targetShare, new Random(seed, 'gate weights'));
    if (checkpoint) {
      restore(checkpoint, trainer, streams);
      ledger.restore(checkpoint.state.ledger);
      log('info', `Resumed from the checkpoint at iteration ${from.iteration}.`);
    } else {
      const initial = (await initialPythonWeights(run)) ?? initializeWeights(graph, streams.weights);
      const gates = newGates(trainer.gateWeights, targetShareOf(from.settings.savers));
      const fresh = new Map([...initial, ...gates]);
      trainer.writeWeights(configuration.startFrom ? startingWeights(graph, await trainedWeights(configuration.startFrom), fresh) : fresh);
    }

    const average = new WeightAverage(checkpoint?.state.average, checkpoint?.average);
    const clock = new RunClock(checkpoint?.state.elapsedSeconds ?? 0);
    const batches = openBatchStream(dataset, { batchSize, seed, augment: configuration.augment, firstBatch: from.batchesTaken });
    try {
      const loop = new TrainingLoop(
        {
          configuration,
          trainer,
          batches,
          tests: new ModelTests({
            ...{ trainer, graph, profile, average, seed },
            testBatches: () => evaluationBatches(dataset.test, dataset, batchSize),
            observationBatches: (count) => observationBatches(dataset, configuration, count),
            abandoned: () => control.stopRequested,
          }),
          average,
          ledger,
          clock,
          reporter: new RunReporter(emit, ledger, clock, iterationEnergy, configuration.evaluateEvery),
          dropping: new MiniBatchDropping(streams.dropping),
          dropoutRandom: streams.dropout,
          blockRandom: streams.blocks,
          newGates,
          control,
          recordedTunings: tuningsAfter(run, from.iteration),
          emit,
          writeCheckpoint: (state) => writeCheckpoint(state, average),
          obstacleToSkipping: obstacleToSkipping(graph),
          warn,
        },
        from,
        checkpoint === undefined,
      );
      const outcome = await loop.run();
      if (outcome === 'finished') {
        const { iteration, settings } = loop.state;
        const kept = modelToKeep(await loop.model(), settings.savers, loop.blockShares);
        const weights = finite(kept.weights, iteration);
        const { count } = average.state;
        const described = {
          ...metadata(dataset, trainer, iteration),
          ...(count > 0 && { averagedWeights: count }),
          ...(kept.branchShares && { branchShares: kept.branchShares }),
          ...quantizedInference(settings, weights),
        };
        const files = { ...encodeModel({ graph, weights, metadata: described }), ...(await pythonModelFiles(run, weights)) };
        await writeFolderAtomically(join(run.directory, 'model'), files);
      }
      return outcome;
    } finally {
      await batches.close();
    }
  } finally {
    trainer.dispose();
  }

  /** Weights of a trained model; of blocks that this run may skip, those that they had while they could be skipped. */
  async function trainedWeights(folder: string): Promise<WeightValues> {
    const { weights, metadata } = await readTrainedModel(folder);
    return unfoldBranches(graph, weights, trainer.gatedBlocks, metadata.branchShares ?? {});
  }

  /** Where blocks were skipped, the weights with which the plain network gives what was tested with all blocks. */
  function modelToKeep(
    weights: WeightValues,
    { slu, stochasticDepth }: Savers,
    ran: readonly number[] | undefined,
  ): { weights: WeightValues; branchShares?: Record<string, number> } {
    const blocks = trainer.gatedBlocks;
    const shares = slu.enabled ? ran : survivalProbabilities(blocks, stochasticDepth.skipRatio);
    if (blocks.length === 0 || shares === undefined) return { weights };
    const { weights: folded, unfolded } = foldBranches(graph, weights, blocks, shares);
    if (unfolded.length > 0) {
      const tested = slu.enabled ? 'as the test of all blocks does' : 'where the tests of this run gave it less';
      warn(
        `The kept model runs the branch at “${unfolded.join('”, “')}” at full weight, ${tested}: its last layer cannot take the share of images ` +
          'that ran through it.',
      );
    }
    const byAdd = blocks.map(({ add }, place): [string, number] => [add, shares[place]!]);
    return { weights: folded, branchShares: Object.fromEntries(byAdd.filter(([add]) => !unfolded.includes(add))) };
  }

  async function writeCheckpoint(state: TrainingState, average: WeightAverage): Promise<void> {
    const weights = finite(trainer.readWeights(), state.iteration);
    const described = { ...metadata(dataset, trainer, state.iteration), ...quantizedInference(state.settings, weights) };
    const stored = { graph, weights, metadata: described };
    await checkpoints.write({ ...stored, state, momenta: trainer.readMomenta(), average: average.weights });
  }
}

/** Expected joules of an iteration; predictions ask again and again for the same savers. */
function rememberedIterationEnergy(graph: LayerGraph, profile: DeviceProfile, batchSize: number): (savers?: Savers) => number {
  const known = new Map<Savers | undefined, number>();
  return (savers) => {
    const energy = known.get(savers) ?? expectedIterationEnergy(graph, profile, batchSize, savers ?? saversSchema.parse({}));
    known.set(savers, energy);
    return energy;
  };
}

/** One stream of random numbers for each use, so that one more draw here never changes another there. */
function randomStreams(seed: number) {
  const stream = (name: string) => new Random(seed, name);
  return { weights: stream('weights'), dropping: stream('dropping'), dropout: stream('dropout'), blocks: stream('blocks') };
}

function restore(checkpoint: Checkpoint, trainer: Trainer, streams: ReturnType<typeof randomStreams>): void {
  trainer.writeWeights(modelValues(checkpoint));
  trainer.writeMomenta(checkpoint.momenta);
  streams.dropping.restore(checkpoint.state.random.dropping);
  streams.dropout.restore(checkpoint.state.random.dropout);
  streams.blocks.restore(checkpoint.state.random.blocks);
}

/** Tunings that the run's record holds for iterations after the checkpoint, in order: they are made again when those iterations are. */
function tuningsAfter(run: RunFolder, checkpoint: number): TuningRecord[] {
  const recorded = run.readRecords().flatMap(({ record }) => (record.type === 'tuning' ? [record] : []));
  return tuningsThatHold(recorded).filter(({ iteration }) => iteration > checkpoint);
}

function metadata(dataset: Dataset, { gateWeights }: Trainer, iteration: number): ModelMetadata {
  const { channelMean, channelDeviation, classes, name } = dataset;
  return {
    normalization: { channelMean: [...channelMean], channelDeviation: [...channelDeviation] },
    classes: [...classes],
    dataset: name,
    iteration,
    ...(gateWeights.length > 0 && { gates: gateWeights.map(({ name, shape }) => ({ name, shape: [...shape] })) }),
  };
}

/** @throws Error with one sentence when a weight is not a number: such weights are never kept. */
function finite(weights: WeightValues, iteration: number): WeightValues {
  for (const [name, values] of weights) {
    if (!values.every(Number.isFinite)) {
      throw new Error(`The weights “${name}” are no longer numbers at iteration ${iteration}; lower the learning rate.`);
    }
  }
  return weights;
}
