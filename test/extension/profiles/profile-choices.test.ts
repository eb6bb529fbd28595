import { describe, expect, it } from 'vitest';
import { builtinProfiles } from '../../../src/energy/device-profile';
import { obstacleToName, profileChoices, remarks } from '../../../src/extension/profiles/profile-choices';

const own = {
  profiles: [{ file: '.e2train/profiles/lab.json', profile: { ...builtinProfiles[0]!, name: 'zynq', description: 'Our board.' } }],
  problems: [{ file: '.e2train/profiles/broken.json', name: 'broken', message: 'broken.json is no JSON.' }],
};
const choices = profileChoices(own, 'zynq');

describe('the device profiles to choose from', () => {
  it('are the built-in ones and one’s own, what cannot be used with its reason', () => {
    expect(choices.map((choice) => [choice.name, remarks(choice), choice.usable])).toEqual([
      ['asic-45nm', '', true],
      ['eyeriss-65nm', '', true],
      ['broken', 'yours', false],
      ['zynq', 'in use · yours', true],
    ]);
    expect(choices[2]!.text).toBe('broken.json is no JSON.');
    expect(choices[3]!.text).toBe('Our board.');
  });

  it('leave a new one any name that no profile and no file has', () => {
    expect(obstacleToName('mine', choices)).toBeUndefined();
    for (const taken of ['asic-45nm', 'zynq', 'broken', 'lab']) expect(obstacleToName(taken, choices)).toContain(`“${taken}” already`);
    for (const wrong of ['', 'a/b', '../x', 'two words']) expect(obstacleToName(wrong, choices)).toContain('letters, digits');
  });
});
