import { type RunConfiguration, runConfigurationSchema } from '../../protocol/configuration';
import { issuesInWords } from '../../protocol/issue-in-words';

/** Settings that are defaults of the next run, each with the place of its value in the run configuration. */
export const runSettings = {
  'training.iterations': ['iterations'],
  'training.batchSize': ['batchSize'],
  'training.learningRate': ['learningRate'],
  'training.learningRateSchedule': ['learningRateSchedule'],
  'training.momentum': ['momentum'],
  'training.weightDecay': ['weightDecay'],
  'training.augment': ['augment'],
  'training.seed': ['seed'],
  'training.evaluateEvery': ['evaluateEvery'],
  'training.checkpointEvery': ['checkpointEvery'],
  'training.engine': ['engine'],
  'training.threads': ['threads'],
  'savers.smd.enabled': ['savers', 'smd', 'enabled'],
  'savers.smd.dropProbability': ['savers', 'smd', 'dropProbability'],
  'savers.smd.scheduleStretch': ['savers', 'smd', 'scheduleStretch'],
  'savers.slu.enabled': ['savers', 'slu', 'enabled'],
  'savers.slu.skipRatio': ['savers', 'slu', 'skipRatio'],
  'savers.slu.blocks': ['savers', 'slu', 'blocks'],
  'savers.slu.costWeight': ['savers', 'slu', 'costWeight'],
  'savers.slu.gateLearningRateFactor': ['savers', 'slu', 'gateLearningRateFactor'],
  'savers.slu.estimator': ['savers', 'slu', 'estimator'],
  'savers.slu.execution': ['savers', 'slu', 'execution'],
  'savers.stochasticDepth.enabled': ['savers', 'stochasticDepth', 'enabled'],
  'savers.stochasticDepth.skipRatio': ['savers', 'stochasticDepth', 'skipRatio'],
  'savers.psg.enabled': ['savers', 'psg', 'enabled'],
  'savers.psg.learningRate': ['savers', 'psg', 'learningRate'],
  'savers.psg.threshold': ['savers', 'psg', 'threshold'],
  'savers.psg.thresholdKind': ['savers', 'psg', 'thresholdKind'],
  'savers.psg.activationBits': ['savers', 'psg', 'activationBits'],
  'savers.psg.activationMsbBits': ['savers', 'psg', 'activationMsbBits'],
  'savers.psg.weightBits': ['savers', 'psg', 'weightBits'],
  'savers.psg.gradientBits': ['savers', 'psg', 'gradientBits'],
  'savers.psg.gradientMsbBits': ['savers', 'psg', 'gradientMsbBits'],
  'savers.swa.enabled': ['savers', 'swa', 'enabled'],
  'savers.swa.startShare': ['savers', 'swa', 'startShare'],
  'savers.swa.learningRateFactor': ['savers', 'swa', 'learningRateFactor'],
  'savers.swa.every': ['savers', 'swa', 'every'],
  'savers.swa.batchNormBatches': ['savers', 'swa', 'batchNormBatches'],
  'savers.baseline': ['savers', 'baseline'],
  deviceProfile: ['deviceProfile'],
} as const satisfies Record<string, readonly string[]>;
export type RunSettingName = keyof typeof runSettings;

/**
 * The run configuration that settings ask for, for the smallest built-in network. A value that is out of its range keeps its default and
 * gets a sentence in `problems`.
 */
export function configurationFromSettings(read: (name: RunSettingName) => unknown): {
  configuration: RunConfiguration;
  problems: string[];
} {
  let configuration = runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } });
  const problems: string[] = [];
  for (const [name, path] of Object.entries(runSettings) as [RunSettingName, readonly string[]][]) {
    const value = read(name);
    if (value === undefined) continue;
    const candidate = structuredClone(configuration);
    setAt(candidate, path, value);
    const checked = runConfigurationSchema.safeParse(candidate);
    if (checked.success) configuration = checked.data;
    else problems.push(`${issuesInWords(checked.error.issues, candidate, () => `The setting “e2train.${name}”`)} Its default is used.`);
  }
  return { configuration, problems };
}

function setAt(target: object, path: readonly string[], value: unknown): void {
  const last = path.at(-1) as string;
  let place = target as Record<string, unknown>;
  for (const key of path.slice(0, -1)) place = place[key] as Record<string, unknown>;
  place[last] = value;
}
