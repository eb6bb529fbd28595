import { type DeviceProfile, deviceProfileSchema } from '../protocol/device-profile';
import { issuesInWords } from '../protocol/issue-in-words';
import asic45nm from './profiles/asic-45nm.json';
import eyeriss65nm from './profiles/eyeriss-65nm.json';

/** Profiles that need nothing of this machine. */
export const builtinProfiles: readonly DeviceProfile[] = [asic45nm, eyeriss65nm];

/** The profile of the machine itself, which only a calibration can make. */
export const hostProfile = 'host';

const howToMakeHost =
  `The device profile “${hostProfile}” stands for your own machine and is made from measurements of it: ` +
  `e2train calibrate MEASUREMENTS.csv --model MODEL --profile asic-45nm --name ${hostProfile}`;

/**
 * The profile of that name.
 * @param own a person's profiles, beside the built-in ones.
 * @throws RangeError when there is none; the sentence names those there are, or how to make it.
 */
export function findDeviceProfile(name: string, own: readonly DeviceProfile[] = []): DeviceProfile {
  const all = [...builtinProfiles, ...own];
  const profile = all.find((candidate) => candidate.name === name);
  if (profile) return profile;
  if (name === hostProfile) throw new RangeError(`${howToMakeHost}.`);
  throw new RangeError(`There is no device profile “${name}”; choose one of: ${all.map((candidate) => candidate.name).join(', ')}.`);
}

/** Field of a profile as its file writes it: `buffer.accessPJ.value`. */
const fieldOf = (path: readonly PropertyKey[]): string => (path.length > 0 ? `“${path.join('.')}”` : 'The profile');

/**
 * Reads a profile that a person wrote.
 * @param file what a sentence calls it.
 * @throws RangeError with one sentence that names the file and the field.
 */
export function parseDeviceProfile(text: string, file: string): DeviceProfile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${file} is no JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const parsed = deviceProfileSchema.safeParse(json);
  if (!parsed.success)
    throw new RangeError(`${file} is no device profile: ${issuesInWords(parsed.error.issues.slice(0, 1), json, fieldOf)}`);
  if (builtinProfiles.some(({ name }) => name === parsed.data.name))
    throw new RangeError(`${file} has the name of the built-in profile “${parsed.data.name}”: give it another “name”.`);
  return parsed.data;
}
