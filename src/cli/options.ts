import { InvalidArgumentError, Option } from 'commander';
import { runConfigurationSchema, smdSchema } from '../protocol/configuration';

/** Command-line options that stand for fields of the run configuration; texts and ranges are the schema's own. */

const fields = runConfigurationSchema.shape;

export const inputOption = new Option(
  '--input <shape>',
  'height, width and channels of the images, such as 32x32x3, where the model leaves them open',
).argParser(parseShape);
export const exportOption = new Option('--export <name>', 'which model of the file, where it has several');
export const batchOption = new Option('--batch <n>', fields.batchSize.description).argParser(parseNumber);
export const profileOption = new Option('--profile <name>', fields.deviceProfile.description);
export const jsonOption = new Option('--json', 'print JSON instead of text');

export const trainingOptions = [
  new Option('--data <directory>', '“builtin”, or a folder with IDX or CIFAR binary files').default('builtin'),
  new Option('--iterations <n>', fields.iterations.description).argParser(parseNumber),
  batchOption,
  new Option('--smd <probability>', smdSchema.shape.dropProbability.description).argParser(parseNumber),
  new Option('--smd-stretch <factor>', smdSchema.shape.scheduleStretch.description).argParser(parseNumber),
  new Option('--seed <n>', fields.seed.description).argParser(parseNumber),
  new Option('--learning-rate <rate>', fields.learningRate.description).argParser(parseNumber),
  new Option('--momentum <m>', fields.momentum.description).argParser(parseNumber),
  new Option('--weight-decay <w>', fields.weightDecay.description).argParser(parseNumber),
  new Option('--no-augment', 'train on the images as they are'),
  new Option('--evaluate-every <n>', fields.evaluateEvery.description).argParser(parseNumber),
  new Option('--checkpoint-every <n>', fields.checkpointEvery.description).argParser(parseNumber),
  new Option('--engine <name>', fields.engine.description),
  new Option('--threads <n>', fields.threads.description).argParser(parseNumber),
  profileOption,
  inputOption,
  exportOption,
  jsonOption,
];

/** What commander makes of `trainingOptions`. */
export interface TrainingOptions {
  readonly data: string;
  readonly iterations?: number;
  readonly batch?: number;
  readonly smd?: number;
  readonly smdStretch?: number;
  readonly seed?: number;
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly augment: boolean;
  readonly evaluateEvery?: number;
  readonly checkpointEvery?: number;
  readonly engine?: string;
  readonly threads?: number;
  readonly profile?: string;
  readonly input?: number[];
  readonly export?: string;
  readonly json?: boolean;
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

function parseShape(text: string): number[] {
  const shape = text.split(/[x×,]/).map(Number);
  if (shape.length > 4 || !shape.every((size) => Number.isInteger(size) && size > 0)) {
    throw new InvalidArgumentError('It must be sizes joined by x, such as 32x32x3.');
  }
  return shape;
}
