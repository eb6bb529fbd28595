import { resolve } from 'node:path';
import { type ModelReference, type RunConfiguration, type RunConfigurationInput, runConfigurationSchema } from '../protocol/configuration';
import { issuesInWords } from '../protocol/issue-in-words';
import type { TrainingOptions } from './options';
import { trainedModelFolder } from './trained-model';

/** Options that say how a saver works, by the one that switches it on. */
const details: Readonly<Partial<Record<keyof TrainingOptions, readonly (keyof TrainingOptions)[]>>> = {
  smd: ['smdStretch'],
  slu: ['sluBlocks', 'sluCostWeight', 'sluGateLearningRateFactor', 'sluEstimator', 'sluExecution'],
  psg: [
    'psgThreshold',
    'psgThresholdKind',
    'psgActivationBits',
    'psgActivationMsbBits',
    'psgWeightBits',
    'psgGradientBits',
    'psgGradientMsbBits',
  ],
  swa: ['swaStart', 'swaLearningRateFactor', 'swaEvery', 'swaBatches'],
};

const flag = (option: string) => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Who says how a saver is to work means it to work. */
function refuseDetailsAlone(options: TrainingOptions): void {
  for (const [saver, names] of Object.entries(details) as [keyof TrainingOptions, readonly (keyof TrainingOptions)[]][]) {
    const given = names.find((name) => options[name] !== undefined);
    if (given !== undefined && options[saver] === undefined)
      throw new Error(`${flag(given)} has no effect without ${flag(saver)}: give both, or neither.`);
  }
  const { psg, baseline, psgLearningRate } = options;
  if (psgLearningRate !== undefined && !psg && baseline !== 'signsgd')
    throw new Error('--psg-learning-rate has no effect without --psg or --baseline signsgd: give one of them, or leave it out.');
  if (psg && baseline !== undefined && baseline !== 'smb')
    throw new Error(`--baseline ${baseline} has no effect beside --psg, which says how convolutions compute: give one of the two.`);
}

/**
 * The run configuration that a command line stands for; what is not given has the schema's default.
 * @throws Error with one sentence per value that cannot be used, or for an option that would have no effect.
 */
export function configurationFromOptions(model: ModelReference, options: TrainingOptions): RunConfiguration {
  const smd = options.smd === undefined ? {} : { enabled: options.smd > 0, dropProbability: options.smd };
  const skipping = (skipRatio: number | undefined) => (skipRatio === undefined ? {} : { enabled: skipRatio > 0, skipRatio });
  const input: RunConfigurationInput = withoutUndefined({
    model,
    data: options.data === 'builtin' ? { kind: 'builtin' as const } : { kind: 'directory' as const, path: resolve(options.data) },
    startFrom: options.from && trainedModelFolder(options.from),
    augment: options.augment,
    iterations: options.iterations,
    batchSize: options.batch,
    seed: options.seed,
    learningRate: options.learningRate,
    learningRateSchedule: options.schedule,
    momentum: options.momentum,
    weightDecay: options.weightDecay,
    evaluateEvery: options.evaluateEvery,
    checkpointEvery: options.checkpointEvery,
    engine: options.engine,
    threads: options.threads,
    deviceProfile: options.profile,
    savers: withoutUndefined({
      smd: withoutUndefined({ ...smd, scheduleStretch: options.smdStretch }),
      slu: withoutUndefined({
        ...skipping(options.slu),
        blocks: options.sluBlocks,
        costWeight: options.sluCostWeight,
        gateLearningRateFactor: options.sluGateLearningRateFactor,
        estimator: options.sluEstimator,
        execution: options.sluExecution,
      }),
      stochasticDepth: skipping(options.stochasticDepth),
      psg: withoutUndefined({
        enabled: options.psg,
        learningRate: options.psgLearningRate,
        threshold: options.psgThreshold,
        thresholdKind: options.psgThresholdKind,
        activationBits: options.psgActivationBits,
        activationMsbBits: options.psgActivationMsbBits,
        weightBits: options.psgWeightBits,
        gradientBits: options.psgGradientBits,
        gradientMsbBits: options.psgGradientMsbBits,
      }),
      swa: withoutUndefined({
        enabled: options.swa,
        startShare: options.swaStart,
        learningRateFactor: options.swaLearningRateFactor,
        every: options.swaEvery,
        batchNormBatches: options.swaBatches,
      }),
      baseline: options.baseline,
    }),
  });
  const parsed = runConfigurationSchema.safeParse(input);
  if (!parsed.success) throw new Error(issuesInWords(parsed.error.issues, input));
  refuseDetailsAlone(options);
  return parsed.data;
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
