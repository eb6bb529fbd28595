import { builtinProfiles } from '../energy/device-profile';
import { OwnProfiles, readProfileFile } from '../runs/own-profiles';
import { profileArgument } from './device-profile-argument';
import { textTable } from './text-table';

interface Output {
  readonly json?: boolean;
}

/** `e2train profiles list`: the built-in profiles and those of the present folder. */
export function listProfiles(options: Output): void {
  const { profiles, problems } = new OwnProfiles(process.cwd()).read();
  for (const { message } of problems) console.error(message);
  const rows = [
    ...builtinProfiles.map((profile) => ({ profile, from: 'built in' })),
    ...profiles.map(({ profile, file }) => ({ profile, from: file })),
  ].map(({ profile: { name, description }, from }) => ({ name, from, description }));
  if (options.json) console.log(JSON.stringify(rows, null, 2));
  else
    console.log(
      textTable(
        [{ title: 'profile' }, { title: 'from' }, { title: 'what it is' }],
        rows.map(({ name, from, description }) => [name, from, description]),
      ),
    );
}

/** `e2train profiles show`: every coefficient with its source; as JSON it is a profile's file, to begin one's own with. */
export function showProfile(name: string, options: Output): void {
  const profile = profileArgument(name);
  if (options.json) {
    console.log(JSON.stringify(profile, null, 2));
    return;
  }
  const rows = coefficientsOf(profile, []);
  console.log(`${profile.name}: ${profile.description}\n`);
  console.log(textTable([{ title: 'coefficient' }, { title: 'value', align: 'right' }, { title: 'source' }], rows));
}

/**
 * `e2train profiles validate`: whether a file is a device profile.
 * @throws Error with one sentence that names file and field.
 */
export function validateProfile(file: string, options: Output): void {
  const { name } = readProfileFile(file);
  console.log(options.json ? JSON.stringify({ file, name, valid: true }) : `${file} is the device profile “${name}”.`);
}

function coefficientsOf(part: object, path: readonly string[]): string[][] {
  return Object.entries(part).flatMap(([key, value]) => {
    if (typeof value !== 'object' || value === null) return [];
    const place = [...path, key];
    if ('source' in value) return [[place.join('.'), String(Number(Number(value.value).toPrecision(6))), String(value.source)]];
    return coefficientsOf(value, place);
  });
}
