import * as z from 'zod';
import { runConfigurationSchema, saversSchema, tuningSchema } from './configuration';
import { hostEnergySchema } from './host-energy';

/**
 * Metric records: the lines of a run's `metrics.jsonl` and what the backend streams. Iterations count from 1.
 * Energies are joules, estimated by the run's device profile, summed over the run so far unless the name says otherwise.
 */

const iteration = z.int().min(0);
const joules = z.number().min(0);
const macs = z.number().min(0);

/** One training iteration, executed or dropped by SMD. */
export const iterationRecordSchema = z.strictObject({
  type: z.literal('iteration'),
  iteration,
  executed: z.boolean(),
  /** Mean cross-entropy over the batch; absent when dropped. */
  loss: z.number().optional(),
  /** Top-1 share over the training batch, 0 to 1; absent when dropped. */
  accuracy: z.number().min(0).max(1).optional(),
  learningRate: z.number(),
  dropProbability: z.number(),
  /** Wall-clock since the run began, pauses between resumes left out. */
  seconds: z.number().min(0),
  /** Of this iteration; 0 when dropped. */
  imagesPerSecond: z.number().min(0),
  iterationsExecuted: z.int().min(0),
  iterationsDropped: z.int().min(0),
  energyJ: joules,
  /** What plain training (SMB, every batch in fp32) costs up to the same point of the schedule: nominal iterations, not SMD's stretched ones. */
  baselineEnergyJ: joules,
});
export type IterationRecord = z.infer<typeof iterationRecordSchema>;

const share = z.number().min(0).max(1);

/** A test of a network with gates, with gates run in one way. */
const gatedTestSchema = z.strictObject({
  loss: z.number(),
  accuracy: share,
  /** Executed share of the gated blocks' MACs. */
  executedShare: share,
  /** Joules of one image's inference, the gates' own included; estimated. */
  inferenceJ: joules,
});

/**
 * Test of the model that the run would give: with SWA, once it has begun, the averaged weights. With gates (SLU) loss and accuracy are those of
 * sampled gates, that is of what was trained.
 */
export const evaluationRecordSchema = z.strictObject({
  type: z.literal('evaluation'),
  iteration,
  /** Test images seen. */
  images: z.int().min(1),
  loss: z.number(),
  /** Top-1 share over all test images. */
  accuracy: z.number().min(0).max(1),
  /** SWA: sets of weights in the average that was tested, and the same test of the weights that SGD stands at. */
  averagedWeights: z.int().min(1).optional(),
  lastIterate: z.strictObject({ loss: z.number(), accuracy: z.number().min(0).max(1) }).optional(),
  /**
   * SLU: the same weights with gates that open by chance, as often as they say (with the same numbers in every test), with gates that open
   * where their probability is above one half, and with all blocks, each branch weighted by the share of training samples that ran through
   * it. `trainedShare`: what ran in training just before.
   */
  gates: z
    .strictObject({ sampled: gatedTestSchema, threshold: gatedTestSchema, full: gatedTestSchema, trainedShare: share.optional() })
    .optional(),
  energyJ: joules,
  /** MACs computed so far, those of predictor and gates included, and MACs of plain training (SMB) up to the same point of the schedule. */
  macs: macs.optional(),
  baselineMacs: macs.optional(),
});
export type EvaluationRecord = z.infer<typeof evaluationRecordSchema>;

/** Predicted totals at the end of the run, from what was planned and what has run. */
export const predictionRecordSchema = z.strictObject({
  type: z.literal('prediction'),
  iteration,
  plannedIterations: z.int().min(1),
  energyJ: joules,
  baselineEnergyJ: joules,
  /** Wall-clock of the whole run. */
  seconds: z.number().min(0),
  /** The settings that may change while the run is live, as they stand. */
  settings: z
    .strictObject({
      learningRate: runConfigurationSchema.shape.learningRate.unwrap(),
      iterations: runConfigurationSchema.shape.iterations.unwrap(),
      savers: saversSchema,
    })
    .optional(),
});
export type PredictionRecord = z.infer<typeof predictionRecordSchema>;

/** A change of the savers in a live run, noted with the first iteration that it applies to. */
export const tuningRecordSchema = z.strictObject({ type: z.literal('tuning'), iteration, tuning: tuningSchema });
export type TuningRecord = z.infer<typeof tuningRecordSchema>;

export const runStates = ['queued', 'preparing', 'training', 'stopping', 'stopped', 'finished', 'failed', 'interrupted'] as const;
export type RunState = (typeof runStates)[number];
/** States in which a process works on the run. */
export const liveStates: readonly RunState[] = ['queued', 'preparing', 'training', 'stopping'];

export const stateRecordSchema = z.strictObject({
  type: z.literal('state'),
  iteration,
  state: z.enum(runStates),
  /** One sentence, for failed and interrupted runs. */
  reason: z.string().optional(),
});

export const checkpointRecordSchema = z.strictObject({ type: z.literal('checkpoint'), iteration });

/** Cumulative energy by layer and phase; lines of `layers.jsonl`, the latest is the present. Rows follow the graph's layers, then one for SLU's gates. */
export const layerEnergyRecordSchema = z.strictObject({
  type: z.literal('layerEnergy'),
  iteration,
  layers: z.array(
    z.strictObject({
      name: z.string(),
      forward: joules,
      inputGradient: joules,
      weightGradient: joules,
      update: joules,
    }),
  ),
  /** MACs computed so far, by what they were for: full-width ones by phase, those of PSG's predictor and of SLU's gates. */
  macs: z.strictObject({ forward: macs, inputGradient: macs, weightGradient: macs, predictor: macs, gates: macs }).optional(),
  /** MACs of plain training (SMB) up to the same point of the schedule. */
  baselineMacs: macs.optional(),
});
export type LayerEnergyRecord = z.infer<typeof layerEnergyRecordSchema>;

/**
 * What of the gated residual blocks ran, every tenth iteration or more seldom: lists in the order in which the network runs through the blocks.
 * Gates are those of SLU; stochastic depth skips blocks without gates.
 */
export const blockExecutionRecordSchema = z.strictObject({
  type: z.literal('blockExecution'),
  iteration,
  /** Executed share of the gated blocks' MACs since the record before. */
  executedShare: share,
  /** What the share is held at: 1 − the skip share that is set. */
  targetShare: share,
  /** Name of the add that ends each block. */
  blocks: z.array(z.string()).min(1),
  /** Share of the samples, since the record before, for which each block ran. */
  executed: z.array(share),
  /** Of each block's gate in this iteration: mean over the samples of its probability, and standard deviation. A gate that does not look at its input has none. */
  gateProbability: z.array(share).optional(),
  gateSpread: z.array(share).optional(),
});
export type BlockExecutionRecord = z.infer<typeof blockExecutionRecordSchema>;

/** What the computer drew since the run began, by its own meters. */
export const hostEnergyRecordSchema = z.strictObject({ type: z.literal('hostEnergy'), iteration, energy: hostEnergySchema });
export type HostEnergyRecord = z.infer<typeof hostEnergyRecordSchema>;

/**
 * What PSG's predictor decided, every tenth iteration or more seldom: lists in the order of the network's convolutions, over the executed
 * iterations since the record before.
 */
export const signPredictionRecordSchema = z.strictObject({
  type: z.literal('signPrediction'),
  iteration,
  /** Share of all gradient entries whose sign the predictor decided. */
  predictedShare: share,
  /** Share of these whose full gradient has another sign. */
  wrongShare: share,
  /** Names of the convolutions that have a predictor. */
  layers: z.array(z.string()).min(1),
  /** The same by layer. */
  predicted: z.array(share),
  wrong: z.array(share),
});
export type SignPredictionRecord = z.infer<typeof signPredictionRecordSchema>;

export const metricRecordSchema = z.discriminatedUnion('type', [
  iterationRecordSchema,
  evaluationRecordSchema,
  predictionRecordSchema,
  tuningRecordSchema,
  stateRecordSchema,
  checkpointRecordSchema,
  layerEnergyRecordSchema,
  blockExecutionRecordSchema,
  hostEnergyRecordSchema,
  signPredictionRecordSchema,
]);
export type MetricRecord = z.infer<typeof metricRecordSchema>;

/** A record with its place in the run's record, counted from 1 without gaps. A client asks for "all after n". */
export const numberedRecordSchema = z.strictObject({ sequence: z.int().min(1), record: metricRecordSchema });
export type NumberedRecord = z.infer<typeof numberedRecordSchema>;
