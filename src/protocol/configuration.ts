import * as z from 'zod';

/**
 * The run configuration: one schema for command line, backend, savers view and settings.
 * `description` texts are shown to people; package.json's settings are tested equal to this schema.
 */

export const builtinNetworks = ['resnet8', 'resnet14', 'resnet20', 'resnet38', 'resnet74', 'resnet110', 'mobilenetv2'] as const;

export const modelReferenceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('builtin'), name: z.enum(builtinNetworks) }),
  z.strictObject({
    kind: z.literal('file'),
    /** Absolute path, or relative to the workspace. */
    path: z.string().min(1),
    exportName: z.string().optional(),
    /** Height, width, channels; for models that leave their input shape open. */
    inputShape: z.array(z.int().min(1)).min(1).max(4).optional(),
    /** Interpreter for a Python file; absent, python3 or python on the PATH. */
    python: z.string().min(1).optional(),
  }),
]);
export type ModelReference = z.infer<typeof modelReferenceSchema>;

export const dataReferenceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('builtin') }),
  z.strictObject({ kind: z.literal('directory'), path: z.string().min(1) }),
]);
export type DataReference = z.infer<typeof dataReferenceSchema>;

export const smdSchema = z.strictObject({
  enabled: z.boolean().default(false).describe('Drop whole mini-batches at random (SMD).'),
  dropProbability: z.number().min(0).max(0.95).default(0.5).describe('Probability with which an iteration is dropped, 0 to 0.95.'),
  scheduleStretch: z
    .number()
    .min(1)
    .max(10)
    .default(4 / 3)
    .describe('With SMD the run has this many times the nominal iterations (the paper: 4/3 at one half dropped).'),
});

export const gateEstimators = ['centred', 'plain', 'weighted'] as const;
export const blockChoices = ['identity', 'all'] as const;
export const blockExecutions = ['skip', 'masked'] as const;

const skipRatio = z.number().min(0).max(0.9).default(0.4);

export const sluSchema = z.strictObject({
  enabled: z.boolean().default(false).describe('Let gates decide, image by image, which residual blocks run (SLU).'),
  skipRatio: skipRatio.describe('Share of the gated blocks’ computation that SLU skips, 0 to 0.9.'),
  blocks: z
    .enum(blockChoices)
    .default('identity')
    .describe(
      'Which residual blocks have gates, the first never. Identity: those whose shortcut leaves the image as it is, where there are some. ' +
        'All: also those that change its shape (E2-Train).',
    ),
  costWeight: z.number().min(0).max(100).default(0.1).describe('Weight of the computation in the loss that the gates learn from.'),
  gateLearningRateFactor: z
    .number()
    .min(0)
    .max(1000)
    .default(3)
    .describe('Learning rate of the gates over the initial one of the run. It does not fall, so that the gates go on holding their share.'),
  estimator: z
    .enum(gateEstimators)
    .default('centred')
    .describe(
      'What gates learn from the images that ran through a block. Centred: the gradient less its running mean. Plain: as it is. ' +
        'Weighted: divided by the probability.',
    ),
  execution: z
    .enum(blockExecutions)
    .default('skip')
    .describe('Skip: skipped blocks are not computed. Masked: all is computed and mixed after, which saves nothing; for checks.'),
});

export const stochasticDepthSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe('Skip residual blocks at random, for whole mini-batches (stochastic depth), to compare SLU with.'),
  skipRatio: skipRatio.describe(
    'Mean share of the residual blocks’ computation that stochastic depth skips, more in later blocks; 0 to 0.9.',
  ),
});

export const swaSchema = z.strictObject({
  enabled: z.boolean().default(false).describe('Average the weights over the end of the run (SWA).'),
  startShare: z.number().min(0).max(1).default(0.75).describe('Share of the run after which averaging begins, 0 to 1.'),
  learningRateFactor: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe('Learning rate over the initial one in the second half of the run, where the schedule is auto; 1 keeps it constant.'),
  every: z.int().min(1).max(100_000).default(3).describe('Take the weights into the average every so many iterations.'),
  batchNormBatches: z
    .int()
    .min(1)
    .max(10_000)
    .default(24)
    .describe('Training batches from which the statistics of batch norm are estimated anew for the averaged weights.'),
});

/** How the threshold of PSG's predictor is meant. */
export const psgThresholds = ['adaptive', 'absolute'] as const;

export const psgSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe('Compute convolutions in fixed point and update their weights by signs, most of which a cheaper product predicts (PSG).'),
  learningRate: z
    .number()
    .min(0)
    .max(10)
    .default(0.001)
    .describe(
      'Initial learning rate of the weights that are updated by signs (PSG, SignSGD); all others have the learning rate of the run.',
    ),
  threshold: z
    .number()
    .min(0)
    .max(1000)
    .default(0.05)
    .describe('From which magnitude of the predicted gradient on its sign is taken: a share of the largest one, or the magnitude itself.'),
  thresholdKind: z
    .enum(psgThresholds)
    .default('adaptive')
    .describe('Adaptive: the threshold is a share of the largest predicted gradient of the layer. Absolute: it is the magnitude itself.'),
  activationBits: z.int().min(2).max(16).default(8).describe('Bits of the activations that convolutions read.'),
  activationMsbBits: z
    .int()
    .min(1)
    .max(16)
    .default(4)
    .describe('Most significant bits of the activations, which the predictor reads; at most as many as they have.'),
  weightBits: z.int().min(2).max(16).default(8).describe('Bits of the weights of convolutions.'),
  gradientBits: z
    .int()
    .min(2)
    .max(32)
    .default(32)
    .describe('Bits of the output gradients in the full product; above 16 they stay in floating point, as the authors have them.'),
  gradientMsbBits: z.int().min(2).max(16).default(16).describe('Bits of the output gradients that the predictor reads.'),
});

/** What training without PSG is: the ways that savers are held against. */
export const baselines = ['smb', '8bit', 'signsgd'] as const;

const oneSkips = { path: ['stochasticDepth', 'enabled'], error: 'off while SLU decides which blocks run' };

export const saversSchema = z
  .strictObject({
    smd: smdSchema.prefault({}),
    slu: sluSchema.prefault({}),
    stochasticDepth: stochasticDepthSchema.prefault({}),
    psg: psgSchema.prefault({}),
    swa: swaSchema.prefault({}),
    baseline: z
      .enum(baselines)
      .default('smb')
      .describe(
        'How convolutions train without PSG. SMB: in 32 bits. 8bit: weights, activations and output gradients in 8-bit fixed point. SignSGD: by the sign of the 32-bit gradient.',
      ),
  })
  .refine(({ slu, stochasticDepth }) => !slu.enabled || !stochasticDepth.enabled, oneSkips);
export type Savers = z.infer<typeof saversSchema>;

export const learningRateSchedules = ['auto', 'steps', 'constant'] as const;

export const engineNames = ['auto', 'native', 'wasm', 'tensorflow'] as const;

export const runConfigurationSchema = z.strictObject({
  model: modelReferenceSchema,
  startFrom: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of a trained model whose weights the run begins with; its last layer is new where the number of classes is another.'),
  data: dataReferenceSchema.prefault({ kind: 'builtin' }),
  augment: z.boolean().default(true).describe('Crop with 4 px padding and flip the training images.'),
  iterations: z.int().min(1).max(10_000_000).default(1000).describe('Nominal iterations of the run, before SMD stretches them.'),
  batchSize: z.int().min(1).max(4096).default(64).describe('Images per mini-batch.'),
  seed: z.int().min(0).max(0xffff_ffff).default(1).describe('Seed of everything random in the run.'),
  learningRate: z.number().min(0).max(10).default(0.1).describe('Initial learning rate; the schedule says how it falls.'),
  learningRateSchedule: z
    .enum(learningRateSchedules)
    .default('auto')
    .describe(
      'Steps: divided by 10 at 1/2 and 3/4 of the run. Constant: as it is. Auto: steps; where weights are averaged (SWA), once, at 1/2, by its own factor.',
    ),
  momentum: z.number().min(0).max(0.999).default(0.9).describe('Momentum of SGD.'),
  weightDecay: z.number().min(0).max(1).default(1e-4).describe('Weight decay on all trained weights, batch norm and biases included.'),
  savers: saversSchema.prefault({}),
  evaluateEvery: z.int().min(0).default(0).describe('Evaluate on the test images every so many iterations; 0: ten times a run.'),
  checkpointEvery: z.int().min(0).default(0).describe('Write a checkpoint every so many iterations; 0: twenty times a run.'),
  engine: z
    .enum(engineNames)
    .default('auto')
    .describe('What computes: auto takes our native kernels where they pass their self-check, else wasm; tensorflow where it is set up.'),
  threads: z.int().min(0).max(64).default(0).describe('Kernel threads; 0: one per physical core.'),
  deviceProfile: z
    .string()
    .min(1)
    .default('asic-45nm')
    .describe('Device profile that the energy estimate uses: a built-in one, or by its name one of .e2train/profiles.'),
});
export type RunConfiguration = z.infer<typeof runConfigurationSchema>;
/** The same before defaults are filled in. */
export type RunConfigurationInput = z.input<typeof runConfigurationSchema>;

type Changes<Shape extends Record<string, z.ZodDefault<z.ZodType>>> = {
  [Knob in keyof Shape]: z.ZodOptional<ReturnType<Shape[Knob]['unwrap']>>;
};

/** Some of a saver's knobs: what is not given stays as it is. */
function changesOf<Shape extends Record<string, z.ZodDefault<z.ZodType>>>(saver: z.ZodObject<Shape, z.core.$strict>) {
  const knobs = Object.entries(saver.shape).map(([name, knob]) => [name, knob.unwrap().optional()]);
  return z.strictObject(Object.fromEntries(knobs) as Changes<Shape>).optional();
}

/** What may change while a run is live: every knob of the savers. A change applies at the next iteration and is noted in the record. */
export const tuningSchema = z
  .strictObject({
    learningRate: runConfigurationSchema.shape.learningRate.unwrap().optional(),
    iterations: runConfigurationSchema.shape.iterations.unwrap().optional(),
    smd: changesOf(smdSchema),
    slu: changesOf(sluSchema),
    stochasticDepth: changesOf(stochasticDepthSchema),
    psg: changesOf(psgSchema),
    swa: changesOf(swaSchema),
    baseline: saversSchema.shape.baseline.unwrap().optional(),
  })
  .refine(({ slu, stochasticDepth }) => !slu?.enabled || !stochasticDepth?.enabled, oneSkips);
export type Tuning = z.infer<typeof tuningSchema>;

/** Planned length of the run in iterations, dropped ones included. */
export function plannedIterations(configuration: Pick<RunConfiguration, 'iterations' | 'savers'>): number {
  const { smd } = configuration.savers;
  return smd.enabled ? Math.round(configuration.iterations * smd.scheduleStretch) : configuration.iterations;
}
