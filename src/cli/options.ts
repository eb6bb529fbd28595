import { Option } from 'commander';
import type * as z from 'zod';
import {
  psgSchema,
  type RunConfiguration,
  runConfigurationSchema,
  saversSchema,
  sluSchema,
  smdSchema,
  stochasticDepthSchema,
  swaSchema,
} from '../protocol/configuration';
import { issuesInWords } from '../protocol/issue-in-words';

/** Command-line options that stand for fields of the run configuration; texts and ranges are the schema's own. */

const fields = runConfigurationSchema.shape;

export const inputOption = new Option(
  '--input <shape>',
  'height, width and channels of the images, such as 32x32x3, where the model leaves them open',
).argParser(parseShape);
const exportOption = new Option('--export <name>', 'which model of the file, where it has several');
export const pythonOption = new Option(
  '--python <interpreter>',
  'the interpreter that runs Python model files (default: python3 on the PATH)',
);
/** Which model of a file, and how it is come by. */
export const modelOptions = [inputOption, exportOption, pythonOption];
export const batchOption = numberOption('--batch <n>', fields.batchSize);
export const profileOption = new Option('--profile <name>', described(fields.deviceProfile));
export const threadsOption = numberOption('--threads <n>', fields.threads);
export const jsonOption = new Option('--json', 'print JSON instead of text');

export const trainingOptions = [
  new Option('--data <directory>', '“builtin”, or a folder with IDX or CIFAR binary files').default('builtin'),
  new Option('--from <run or folder>', fields.startFrom.description),
  numberOption('--iterations <n>', fields.iterations),
  batchOption,
  numberOption('--smd <probability>', smdSchema.shape.dropProbability, `${smdSchema.shape.dropProbability.description} (default: no SMD)`),
  numberOption('--smd-stretch <factor>', smdSchema.shape.scheduleStretch),
  numberOption('--slu <ratio>', sluSchema.shape.skipRatio, `${sluSchema.shape.skipRatio.description} (default: no SLU)`),
  choiceOption('--slu-blocks <name>', sluSchema.shape.blocks),
  numberOption('--slu-cost-weight <a>', sluSchema.shape.costWeight),
  numberOption('--slu-gate-learning-rate-factor <x>', sluSchema.shape.gateLearningRateFactor),
  choiceOption('--slu-estimator <name>', sluSchema.shape.estimator),
  choiceOption('--slu-execution <name>', sluSchema.shape.execution),
  numberOption(
    '--stochastic-depth <ratio>',
    stochasticDepthSchema.shape.skipRatio,
    `${stochasticDepthSchema.shape.skipRatio.description} (default: none)`,
  ),
  new Option('--psg', psgSchema.shape.enabled.description),
  numberOption('--psg-learning-rate <rate>', psgSchema.shape.learningRate),
  numberOption('--psg-threshold <share>', psgSchema.shape.threshold),
  choiceOption('--psg-threshold-kind <name>', psgSchema.shape.thresholdKind),
  numberOption('--psg-activation-bits <n>', psgSchema.shape.activationBits),
  numberOption('--psg-activation-msb-bits <n>', psgSchema.shape.activationMsbBits),
  numberOption('--psg-weight-bits <n>', psgSchema.shape.weightBits),
  numberOption('--psg-gradient-bits <n>', psgSchema.shape.gradientBits),
  numberOption('--psg-gradient-msb-bits <n>', psgSchema.shape.gradientMsbBits),
  choiceOption('--baseline <name>', saversSchema.shape.baseline),
  new Option('--swa', swaSchema.shape.enabled.description),
  numberOption('--swa-start <share>', swaSchema.shape.startShare),
  numberOption('--swa-learning-rate-factor <factor>', swaSchema.shape.learningRateFactor),
  numberOption('--swa-every <n>', swaSchema.shape.every),
  numberOption('--swa-batches <n>', swaSchema.shape.batchNormBatches),
  numberOption('--seed <n>', fields.seed),
  numberOption('--learning-rate <rate>', fields.learningRate),
  choiceOption('--schedule <name>', fields.learningRateSchedule),
  numberOption('--momentum <m>', fields.momentum),
  numberOption('--weight-decay <w>', fields.weightDecay),
  new Option('--no-augment', 'train on the images as they are'),
  numberOption('--evaluate-every <n>', fields.evaluateEvery),
  numberOption('--checkpoint-every <n>', fields.checkpointEvery),
  choiceOption('--engine <name>', fields.engine),
  threadsOption,
  profileOption,
  ...modelOptions,
  jsonOption,
];

type Psg = RunConfiguration['savers']['psg'];

/** What commander makes of `trainingOptions`. */
export interface TrainingOptions {
  readonly data: string;
  readonly from?: string;
  readonly iterations?: number;
  readonly batch?: number;
  readonly smd?: number;
  readonly smdStretch?: number;
  readonly slu?: number;
  readonly sluBlocks?: RunConfiguration['savers']['slu']['blocks'];
  readonly sluCostWeight?: number;
  readonly sluGateLearningRateFactor?: number;
  readonly sluEstimator?: RunConfiguration['savers']['slu']['estimator'];
  readonly sluExecution?: RunConfiguration['savers']['slu']['execution'];
  readonly stochasticDepth?: number;
  readonly psg?: boolean;
  readonly psgLearningRate?: number;
  readonly psgThreshold?: number;
  readonly psgThresholdKind?: Psg['thresholdKind'];
  readonly psgActivationBits?: number;
  readonly psgActivationMsbBits?: number;
  readonly psgWeightBits?: number;
  readonly psgGradientBits?: number;
  readonly psgGradientMsbBits?: number;
  readonly baseline?: RunConfiguration['savers']['baseline'];
  readonly swa?: boolean;
  readonly swaStart?: number;
  readonly swaLearningRateFactor?: number;
  readonly swaEvery?: number;
  readonly swaBatches?: number;
  readonly seed?: number;
  readonly learningRate?: number;
  readonly schedule?: RunConfiguration['learningRateSchedule'];
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly augment: boolean;
  readonly evaluateEvery?: number;
  readonly checkpointEvery?: number;
  readonly engine?: RunConfiguration['engine'];
  readonly threads?: number;
  readonly profile?: string;
  readonly input?: number[];
  readonly export?: string;
  readonly python?: string;
  readonly json?: boolean;
}

interface Field<T> {
  readonly description?: string | undefined;
  parse(value: undefined): unknown;
  safeParse(value: unknown): z.ZodSafeParseResult<T>;
}

/** The schema's text, with the value that it has when nothing is given. */
export function described(field: Field<unknown>): string {
  const usual = field.parse(undefined) as number | string | readonly string[];
  return `${field.description} (default: ${typeof usual === 'number' ? Number(usual.toFixed(4)) : usual})`;
}

export function numberOption(flags: string, field: Field<number>, description = described(field)): Option {
  const [flag] = flags.split(' ') as [string];
  return new Option(flags, description).argParser((text) => checked(flag, field, text.trim() === '' ? text : numberOr(text)));
}

function choiceOption<T>(flags: string, field: Field<T>): Option {
  const [flag] = flags.split(' ') as [string];
  return new Option(flags, described(field)).argParser((text) => checked(flag, field, text));
}

/** What is no number stays as it is written, so that the sentence about it can show it. */
function numberOr(text: string): number | string {
  const value = Number(text);
  return Number.isNaN(value) ? text : value;
}

/** @throws Error with one sentence that names the option. */
export function checked<T>(flag: string, field: Field<T>, value: unknown): T {
  const { success, data, error } = field.safeParse(value);
  if (success) return data;
  throw new Error(issuesInWords(error.issues, value, () => flag));
}

function parseShape(text: string): number[] {
  const shape = text.split(/[x×,]/).map(Number);
  if (shape.length <= 4 && shape.every((size) => Number.isInteger(size) && size > 0)) return shape;
  throw new Error(`--input must be sizes joined by x, such as 32x32x3, not “${text}”.`);
}

/** The parts of a list that is written with commas. */
export function listed(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
