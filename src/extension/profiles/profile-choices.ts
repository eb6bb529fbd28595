import { builtinProfiles } from '../../energy/device-profile';
import type { ProfileCollection } from '../../protocol/device-profile';
import { localize } from '../localize';

/** A device profile that can be chosen, or one's own that cannot be and why. */
export interface ProfileChoice {
  readonly name: string;
  readonly text: string;
  /** Whether it is in use, and whose it is. */
  readonly remark: string;
  /** Of one's own. */
  readonly file?: string;
  /** One sentence. */
  readonly problem?: string;
}

/** The built-in profiles, then one's own, then what cannot be used. */
export function profileChoices({ profiles, problems }: ProfileCollection, inUse: string): ProfileChoice[] {
  const remark = (name: string, ...more: string[]) => [...(name === inUse ? [localize('in use')] : []), ...more].join(' · ');
  return [
    ...builtinProfiles.map(({ name, description }) => ({ name, text: description, remark: remark(name) })),
    ...profiles.map(({ file, profile: { name, description } }) => ({
      name,
      text: description,
      remark: remark(name, localize('yours')),
      file,
    })),
    ...problems.map(({ file, name, message }) => ({ name, text: '', remark: remark(name, localize('yours')), file, problem: message })),
  ];
}
