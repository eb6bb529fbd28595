import { describe, expect, it } from 'vitest';
import { dataFolder, refuseOtherData } from '../../../src/scripts/experiment/data-folder';
import { madeUpFolder, madeUpNote } from '../../../src/scripts/experiment/made-up-images';
import { findPlan } from '../../../src/scripts/experiment/plans';

describe('Data of an experiment', () => {
  it('is that of its table', () => {
    const plan = findPlan('cifar10-resnet20');
    refuseOtherData(plan, { name: 'CIFAR-10' }, '/images');
    expect(() => refuseOtherData(plan, { name: 'CIFAR-100' }, '/images')).toThrow(
      'The experiment cifar10-resnet20 is about CIFAR-10, but /images holds CIFAR-100: give --data a folder with CIFAR-10.',
    );
  });

  it('is marked where it is made up, by whichever way it came, beside what else is noted', () => {
    const plan = findPlan('cifar100-resnet110');
    const note = 'on a quiet machine';
    expect(dataFolder({ plan, data: madeUpFolder(), note }).note).toBe(`${madeUpNote}; ${note}`);
    expect(dataFolder({ plan, data: '/images', note })).toEqual({ directory: '/images', note });
    expect(dataFolder({ plan, data: '/images' })).toEqual({ directory: '/images' });
  });
});
