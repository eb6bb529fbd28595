import { builtinProfiles } from '../../energy/device-profile';
import { deviceProfileSchema, type ProfileCollection } from '../../protocol/device-profile';
import { localize } from '../localize';

/** A device profile that can be chosen, or one's own that cannot be and why. */
export interface ProfileChoice {
  readonly name: string;
  /** What the profile says of itself, or what is wrong with it. */
  readonly text: string;
  readonly inUse: boolean;
  /** Of one's own. */
  readonly file?: string;
  readonly usable: boolean;
}

/** The built-in profiles, then one's own by name, those among them that cannot be used included. */
export function profileChoices({ profiles, problems }: ProfileCollection, inUse: string): ProfileChoice[] {
  const own = [
    ...profiles.map(({ file, profile: { name, description } }) => ({ name, text: description, file, usable: true })),
    ...problems.map(({ file, name, message }) => ({ name, text: message, file, usable: false })),
  ].sort((one, other) => one.name.localeCompare(other.name));
  const builtin = builtinProfiles.map(({ name, description }) => ({ name, text: description, usable: true }));
  return [...builtin, ...own].map((choice) => ({ ...choice, inUse: choice.name === inUse }));
}

/** Whether it is in use, and whose it is. */
export const remarks = ({ inUse, file }: ProfileChoice): string =>
  [...(inUse ? [localize('in use')] : []), ...(file === undefined ? [] : [localize('yours')])].join(' · ');

/** Why a new profile cannot have the name, in one sentence; undefined where it can. */
export function obstacleToName(name: string, choices: readonly ProfileChoice[]): string | undefined {
  if (!deviceProfileSchema.shape.name.safeParse(name).success)
    return localize('A name is made of letters, digits, dots, hyphens and underscores.');
  const taken = choices.find((choice) => choice.name === name || choice.file?.endsWith(`/${name}.json`));
  return taken && localize('There is a profile “{0}” already: choose another name.', name);
}
