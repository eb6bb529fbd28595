import { describe, expect, it } from 'vitest';
import { parseExperimentOptions } from '../../../src/scripts/experiment/experiment-options';

describe('Options of an experiment', () => {
  it('takes rows in the plan’s order, and keeps folders and notes out of the command', () => {
    const words = ['cifar10-resnet74', '--data', '/images', '--iterations', '9', '--rows', 'all,smb', '--note=a copy'];
    const { plan, iterations, seeds, command } = parseExperimentOptions(words);
    expect(plan.rows.map(({ id }) => id)).toEqual(['smb', 'all']);
    expect({ iterations, seeds }).toEqual({ iterations: 9, seeds: 1 });
    expect(command).toBe('npm run experiment -- cifar10-resnet74 --iterations 9 --rows all,smb');
  });

  it.each([
    [['fashion', '--rows', 'smb,foo'], /^The experiment fashion has no row “foo”: choose among smb, smb-67, /],
    [['cifar10-resnet74', '--rows', 'psg'], /^The experiment cifar10-resnet74 has no row “psg”: choose among smb, smb-50, slu-40, /],
    [['fashion', '--rows', 'smb,'], /^The experiment fashion has no row “”/],
    [['fashion', 'cifar10-resnet20'], /^“fashion” and “cifar10-resnet20” cannot run in one call: name one experiment\.$/],
    [['fashion', '--iterations='], /^--iterations is empty: give it a value, or leave it out\.$/],
    [['fashion', '--seeds', ''], /^--seeds is empty/],
    [['fashion', '--data='], /^--data is empty/],
    [['fashion', '--seeds', '1.5'], /^--seeds must be a whole number of at least 1, not “1\.5”\.$/],
    [[], /^Say which experiment; choose one of: fashion, /],
  ])('refuses %j in one sentence', (words, sentence) => {
    expect(() => parseExperimentOptions(words)).toThrow(sentence);
  });
});
