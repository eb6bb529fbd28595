import { expect, it } from 'vitest';
import { runConfigurationSchema, tuningSchema } from '../../src/protocol/configuration';
import { issueInWords, issuesInWords } from '../../src/protocol/issue-in-words';

const model = { kind: 'builtin', name: 'resnet8' };

it.each([
  [{ model, batchSize: 0 }, 'The batch size must be at least 1, not 0.'],
  [{ model, threads: 1000 }, 'The number of threads must be at most 64, not 1000.'],
  [{ model, seed: 1.5 }, 'The seed must be a whole number, not 1.5.'],
  [{ model, iterations: 'many' }, 'The number of iterations must be a number, not “many”.'],
  [{ model, learningRate: Number.NaN }, 'The learning rate must be a number, not NaN.'],
  [{ model, augment: 'yes' }, 'The switch for augmentation must be true or false, not “yes”.'],
  [{ model, savers: { smd: { dropProbability: -1 } } }, 'The drop probability must be at least 0, not -1.'],
  [{ model, engine: 'gpu' }, 'The engine must be auto, native, wasm or tensorflow, not “gpu”.'],
  [{ model, deviceProfile: '' }, 'The device profile must be of length 1 at least, not “”.'],
  [
    { model: { ...model, name: 'resnet9' } },
    'The name of the built-in network must be resnet8, resnet14, resnet20, resnet38, resnet74, resnet110 or mobilenetv2, not “resnet9”.',
  ],
  [{ model: { kind: 'cloud' } }, 'The kind must be one of the forms that are known, not “cloud”.'],
  [{ model, momentun: 0.9 }, 'The value has fields that are not known: momentun.'],
  [{}, 'The model is missing: it must be an object.'],
])('says of the configuration %j what is wrong with it', (configuration, sentence) => {
  const { error } = runConfigurationSchema.safeParse(configuration);
  expect(error?.issues.map((issue) => issueInWords(issue, configuration))).toEqual([sentence]);
});

it('names a field as the surface does on which it was given', () => {
  const tuning = { smd: { dropProbability: 2 } };
  const [issue] = tuningSchema.safeParse(tuning).error!.issues;
  expect(issueInWords(issue!, tuning, (path) => `--${path.join('-')}`)).toBe('--smd-dropProbability must be at most 0.95, not 2.');
});

it('says of a value that breaks several limits only the narrowest, and names each value once', () => {
  const configuration = { model, iterations: 1e99, batchSize: 0 };
  const { issues } = runConfigurationSchema.safeParse(configuration).error!;
  expect(issuesInWords(issues, configuration)).toBe(
    'The number of iterations must be at most 10000000, not 1e+99. The batch size must be at least 1, not 0.',
  );
});
