import { join } from 'node:path';
import { openBatchStream } from '../datasets/batch-stream';
import type { Dataset } from '../datasets/dataset';
import { evaluationBatches } from '../datasets/evaluation-batches';
import { observationBatches } from '../datasets/observation-batches';
import { findDeviceProfile } from '../energy/device-profile';
import { estimateNetwork } from '../energy/estimate';
import { createLedger } from '../energy/ledger';
import type { Engine } from '../engine/engine';
import { Random } from '../platform/random';
import type { LayerGraph } from '../protocol/layer-graph';
import type { LogLevel } from '../protocol/messages';
import type { MetricRecord, TuningRecord } from '../protocol/records';
import type { RunFolder } from '../runs/run-folder';
import { checkTrainable } from './check-trainable';
import type { Checkpoint } from './checkpoint';
import { initializeWeights, type WeightValues } from './initialize-weights';
import { encodeModel, type ModelMetadata } from './layers-model';
import { liveSettings } from './live-settings';
import { MiniBatchDropping } from './mini-batch-dropping';
import { RunCheckpoints } from './run-checkpoints';
import { RunClock } from './run-clock';
import type { RunControl } from './run-control';
import { RunReporter } from './run-reporter';
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
  const { batchSize, momentum, weightDecay, seed } = configuration;
  const profile = findDeviceProfile(configuration.deviceProfile);
  const ledger = createLedger(graph, profile, batchSize);
  const iterationJ = estimateNetwork(graph, profile, { batchSize }).totalJ;

  const checkpoint = await checkpoints.readNewest();
  const trainer = await Trainer.create(graph, engine, { batchSize, momentum, weightDecay });
  try {
    const streams = randomStreams(seed);
    const from = checkpoint?.state ?? { iteration: 0, batchesTaken: 0, evaluatedAt: 0, settings: liveSettings(configuration) };
    if (checkpoint) {
      restore(checkpoint, trainer, streams);
      ledger.restore(checkpoint.state.ledger);
      log('info', `Resumed from the checkpoint at iteration ${from.iteration}.`);
    } else {
      trainer.writeWeights(initializeWeights(graph, streams.weights));
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
          testBatches: () => evaluationBatches(dataset.test, dataset, batchSize),
          observationBatches: (count) => observationBatches(dataset, configuration, count),
          graph,
          average,
          ledger,
          clock,
          reporter: new RunReporter(emit, ledger, clock, iterationJ, configuration.evaluateEvery),
          dropping: new MiniBatchDropping(streams.dropping),
          dropoutRandom: streams.dropout,
          control,
          recordedTunings: tuningsAfter(run, from.iteration),
          emit,
          writeCheckpoint: (state) => writeCheckpoint(state, average),
          warn,
        },
        from,
        checkpoint === undefined,
      );
      const outcome = await loop.run();
      if (outcome === 'finished') {
        const { iteration } = loop.state;
        const weights = finite(await loop.model(), iteration);
        const { count } = average.state;
        const described = { ...metadata(dataset, iteration), ...(count > 0 && { averagedWeights: count }) };
        await writeFolderAtomically(join(run.directory, 'model'), encodeModel({ graph, weights, metadata: described }));
      }
      return outcome;
    } finally {
      await batches.close();
    }
  } finally {
    trainer.dispose();
  }

  async function writeCheckpoint(state: TrainingState, average: WeightAverage): Promise<void> {
    const weights = finite(trainer.readWeights(), state.iteration);
    const stored = { graph, weights, metadata: metadata(dataset, state.iteration) };
    await checkpoints.write({ ...stored, state, momenta: trainer.readMomenta(), average: average.weights });
  }
}

/** One stream of random numbers for each use, so that one more draw here never changes another there. */
function randomStreams(seed: number) {
  return { weights: new Random(seed, 'weights'), dropping: new Random(seed, 'dropping'), dropout: new Random(seed, 'dropout') };
}

function restore(checkpoint: Checkpoint, trainer: Trainer, streams: ReturnType<typeof randomStreams>): void {
  trainer.writeWeights(checkpoint.weights);
  trainer.writeMomenta(checkpoint.momenta);
  streams.dropping.restore(checkpoint.state.random.dropping);
  streams.dropout.restore(checkpoint.state.random.dropout);
}

/** Tunings that the run's record holds for iterations after the checkpoint, in order: they are made again when those iterations are. */
function tuningsAfter(run: RunFolder, iteration: number): TuningRecord[] {
  return run.readRecords().flatMap(({ record }) => (record.type === 'tuning' && record.iteration > iteration ? [record] : []));
}

function metadata(dataset: Dataset, iteration: number): ModelMetadata {
  const { channelMean, channelDeviation, classes, name } = dataset;
  return {
    normalization: { channelMean: [...channelMean], channelDeviation: [...channelDeviation] },
    classes: [...classes],
    dataset: name,
    iteration,
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
