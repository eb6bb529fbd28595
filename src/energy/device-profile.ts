import type { DeviceProfile, ProfileCollection } from '../protocol/device-profile';
import asic45nm from './profiles/asic-45nm.json';
import eyeriss65nm from './profiles/eyeriss-65nm.json';

/** Profiles that need nothing of this machine. */
export const builtinProfiles: readonly DeviceProfile[] = [asic45nm, eyeriss65nm];

/** The profile of the machine itself, which only a calibration can make. */
export const hostProfile = 'host';

const howToMakeHost =
  `The device profile “${hostProfile}” stands for your own machine and is made from measurements of it: ` +
  `measure its layers with “e2train measure MODEL --board local”, then run “e2train calibrate --board local --name ${hostProfile}”`;

export const noOwnProfiles: ProfileCollection = { profiles: [], problems: [] };

/**
 * The profile of that name.
 * @param own a person's profiles, beside the built-in ones.
 * @throws RangeError when there is none; the sentence says what is wrong with its file, names those there are, or how to make it.
 */
export function findDeviceProfile(name: string, own: ProfileCollection = noOwnProfiles): DeviceProfile {
  const all = [...builtinProfiles, ...own.profiles.map(({ profile }) => profile)];
  const profile = all.find((candidate) => candidate.name === name);
  if (profile) return profile;
  const problem = own.problems.find((candidate) => candidate.name === name);
  if (problem) throw new RangeError(problem.message);
  if (name === hostProfile) throw new RangeError(`${howToMakeHost}.`);
  throw new RangeError(`There is no device profile “${name}”; choose one of: ${all.map((candidate) => candidate.name).join(', ')}.`);
}
