import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { configurationFromOptions } from '../../src/cli/configuration-from-options';
import { type TrainingOptions, trainingOptions } from '../../src/cli/options';
import { runConfigurationSchema, saversSchema } from '../../src/protocol/configuration';

/** What the training options make of words; a refusal is thrown. */
function parse(...words: string[]) {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of trainingOptions) command.addOption(option);
  command.parse(words, { from: 'user' });
  return configurationFromOptions({ kind: 'builtin', name: 'resnet8' }, command.opts<TrainingOptions>());
}

describe('options of training', () => {
  it('stand for the schema’s defaults when none is given', () => {
    expect(parse()).toEqual(runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } }));
  });

  it('reach every field of the configuration', () => {
    const words =
      '--data /d --from /m --no-augment --iterations 5 --batch 6 --seed 7 --learning-rate 0.2 --momentum 0.8 --weight-decay 0.3 --smd 0.25 --smd-stretch 2 ' +
      '--psg --psg-learning-rate 0.01 --psg-threshold 0.1 --psg-threshold-kind absolute --psg-activation-bits 10 --psg-activation-msb-bits 5 ' +
      '--psg-weight-bits 9 --psg-gradient-bits 12 --psg-gradient-msb-bits 11 --baseline smb ' +
      '--schedule steps --swa --swa-start 0.6 --swa-learning-rate-factor 0.5 --swa-every 5 --swa-batches 4 ' +
      '--slu 0.6 --slu-blocks all --slu-cost-weight 2 --slu-gate-learning-rate-factor 4 --slu-estimator plain --slu-execution masked ' +
      '--evaluate-every 8 --checkpoint-every 9 --engine wasm --threads 2 --profile mine';
    const given = parse(...words.split(' '));
    expect(given).toEqual({
      model: { kind: 'builtin', name: 'resnet8' },
      data: { kind: 'directory', path: '/d' },
      startFrom: '/m',
      augment: false,
      iterations: 5,
      batchSize: 6,
      seed: 7,
      learningRate: 0.2,
      learningRateSchedule: 'steps',
      momentum: 0.8,
      weightDecay: 0.3,
      savers: {
        smd: { enabled: true, dropProbability: 0.25, scheduleStretch: 2 },
        slu: {
          enabled: true,
          skipRatio: 0.6,
          blocks: 'all',
          costWeight: 2,
          gateLearningRateFactor: 4,
          estimator: 'plain',
          execution: 'masked',
        },
        stochasticDepth: { enabled: false, skipRatio: 0.4 },
        psg: {
          enabled: true,
          learningRate: 0.01,
          threshold: 0.1,
          thresholdKind: 'absolute',
          activationBits: 10,
          activationMsbBits: 5,
          weightBits: 9,
          gradientBits: 12,
          gradientMsbBits: 11,
        },
        swa: { enabled: true, startShare: 0.6, learningRateFactor: 0.5, every: 5, batchNormBatches: 4 },
        baseline: 'smb',
      },
      evaluateEvery: 8,
      checkpointEvery: 9,
      engine: 'wasm',
      threads: 2,
      deviceProfile: 'mine',
    });
    expect(Object.keys(given).sort()).toEqual(Object.keys(runConfigurationSchema.shape).sort());
    expect(Object.keys(given.savers)).toEqual(Object.keys(saversSchema.shape));
  });

  it('have stochastic depth in place of SLU, not beside it', () => {
    expect(parse('--stochastic-depth', '0.2').savers.stochasticDepth).toEqual({ enabled: true, skipRatio: 0.2 });
    expect(() => parse('--slu', '0.4', '--stochastic-depth', '0.2')).toThrow(
      'The switch for stochastic depth must be off while SLU decides which blocks run.',
    );
  });

  it.each([
    ['--smd-stretch 2', '--smd-stretch has no effect without --smd: give both, or neither.'],
    ['--slu-estimator plain', '--slu-estimator has no effect without --slu: give both, or neither.'],
    ['--psg-threshold 0.1', '--psg-threshold has no effect without --psg: give both, or neither.'],
    ['--swa-every 5', '--swa-every has no effect without --swa: give both, or neither.'],
    [
      '--psg-learning-rate 0.1',
      '--psg-learning-rate has no effect without --psg or --baseline signsgd: give one of them, or leave it out.',
    ],
    ['--psg --baseline 8bit', '--baseline 8bit has no effect beside --psg, which says how convolutions compute: give one of the two.'],
  ])('that would have no effect are refused: %s', (words, sentence) => {
    expect(() => parse(...words.split(' '))).toThrow(new Error(sentence));
  });

  it('choose another way to train', () => {
    const { savers } = parse('--baseline', 'signsgd', '--psg-learning-rate', '0.01');
    expect([savers.baseline, savers.psg.learningRate]).toEqual(['signsgd', 0.01]);
  });

  it('turn SMD off when its probability is 0', () => {
    expect(parse('--smd', '0').savers.smd.enabled).toBe(false);
  });

  it('have the schema’s text and default in their help', () => {
    const help = new Map(trainingOptions.map(({ long, description }) => [long, description]));
    expect(help.get('--batch')).toBe('Images per mini-batch. (default: 64)');
    expect(help.get('--smd-stretch')).toContain('(default: 1.3333)');
    expect(help.get('--smd')).toBe('Probability with which an iteration is dropped, 0 to 0.95. (default: no SMD)');
  });
});

it.each([
  ['--batch', '0', '--batch must be at least 1, not 0.'],
  ['--smd', '-1', '--smd must be at least 0, not -1.'],
  ['--smd', '1', '--smd must be at most 0.95, not 1.'],
  ['--smd-stretch', '0.5', '--smd-stretch must be at least 1, not 0.5.'],
  ['--learning-rate', '-0.1', '--learning-rate must be at least 0, not -0.1.'],
  ['--iterations', '1e99', '--iterations must be at most 10000000, not 1e+99.'],
  ['--iterations', 'many', '--iterations must be a number, not “many”.'],
  ['--iterations', '', '--iterations must be a number, not “”.'],
  ['--seed', '1.5', '--seed must be a whole number, not 1.5.'],
  ['--threads', '1000', '--threads must be at most 64, not 1000.'],
  ['--slu', '0.95', '--slu must be at most 0.9, not 0.95.'],
  ['--slu-estimator', 'best', '--slu-estimator must be centred, plain or weighted, not “best”.'],
  ['--psg-activation-bits', '1', '--psg-activation-bits must be at least 2, not 1.'],
  ['--psg-gradient-msb-bits', '17', '--psg-gradient-msb-bits must be at most 16, not 17.'],
  ['--psg-threshold-kind', 'none', '--psg-threshold-kind must be adaptive or absolute, not “none”.'],
  ['--baseline', 'sgd', '--baseline must be smb, 8bit or signsgd, not “sgd”.'],
  ['--swa-start', '2', '--swa-start must be at most 1, not 2.'],
  ['--schedule', 'slow', '--schedule must be auto, steps or constant, not “slow”.'],
  ['--engine', 'gpu', '--engine must be auto, native, wasm or tensorflow, not “gpu”.'],
])('%s %s is refused in one sentence', (option, value, sentence) => {
  expect(() => parse(option, value)).toThrow(new Error(sentence));
});
