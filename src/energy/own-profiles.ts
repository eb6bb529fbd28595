import { type DeviceProfile, deviceProfileSchema, type ProfileCollection, type ProfileProblem } from '../protocol/device-profile';
import { issuesInWords } from '../protocol/issue-in-words';
import { builtinProfiles } from './device-profile';

/** A profile's file that a person wrote. */
export interface ProfileText {
  /** What sentences call it. */
  readonly file: string;
  readonly text: string;
}

type Reading = { readonly profile: DeviceProfile } | { readonly problem: ProfileProblem };

/**
 * Reads a profile that a person wrote.
 * @throws RangeError with one sentence that names the file and the field.
 */
export function parseDeviceProfile(text: string, file: string): DeviceProfile {
  const reading = readProfile({ file, text });
  if ('problem' in reading) throw new RangeError(reading.problem.message);
  return reading.profile;
}

/** Reads all profiles of a person. Of files that give themselves the same name none is used: nobody could tell which one an estimate means. */
export function collectProfiles(texts: readonly ProfileText[]): ProfileCollection {
  const readings = texts.map((text) => ({ file: text.file, ...readProfile(text) }));
  const whole = readings.flatMap((reading) => ('profile' in reading ? [reading] : []));
  const problems = readings.flatMap((reading) => ('problem' in reading ? [reading.problem] : []));
  const profiles = whole.filter(({ file, profile: { name } }) => {
    const others = whole.filter((other) => other.profile.name === name && other.file !== file).map((other) => other.file);
    if (others.length === 0) return true;
    const message = `${file} and ${others.join(', ')} are both called “${name}”: give each a “name” of its own.`;
    problems.push({ file, name, message, path: ['name'] });
    return false;
  });
  return { profiles, problems };
}

function readProfile({ file, text }: ProfileText): Reading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: { file, name: nameOf(undefined, file), message: `${file} is no JSON: ${reason}.` } };
  }
  const parsed = deviceProfileSchema.safeParse(json);
  const name = nameOf(json, file);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue!.path.filter((key) => typeof key !== 'symbol');
    return { problem: { file, name, message: `${file} is no device profile: ${issuesInWords([issue!], json, fieldOf)}`, path } };
  }
  if (builtinProfiles.some((builtin) => builtin.name === parsed.data.name)) {
    const message = `${file} has the name of the built-in profile “${parsed.data.name}”: give it another “name”.`;
    return { problem: { file, name, message, path: ['name'] } };
  }
  return { profile: parsed.data };
}

/** The name that the file gives, else the one that its own name suggests. */
function nameOf(json: unknown, file: string): string {
  const named = typeof json === 'object' && json !== null && 'name' in json && typeof json.name === 'string' ? json.name : '';
  return named || file.replace(/^.*[\\/]/, '').replace(/\.json$/, '');
}

/** Field of a profile as its file writes it: `buffer.accessPJ.value`. */
const fieldOf = (path: readonly PropertyKey[]): string => (path.length > 0 ? `“${path.join('.')}”` : 'The profile');
