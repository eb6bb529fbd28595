import { builtinProfiles, findDeviceProfile } from '../energy/device-profile';
import { runConfigurationSchema } from '../protocol/configuration';
import type { DeviceProfile } from '../protocol/device-profile';
import { OwnProfiles, readProfileFile } from '../runs/own-profiles';

/**
 * The profile that a person named: built in, of the present folder, or a JSON file; the usual one when none is named.
 * @throws Error with one sentence when there is none or it cannot be used.
 */
export function profileArgument(nameOrFile = runConfigurationSchema.shape.deviceProfile.parse(undefined)): DeviceProfile {
  if (nameOrFile.endsWith('.json')) return readProfileFile(nameOrFile);
  if (builtinProfiles.some(({ name }) => name === nameOrFile)) return findDeviceProfile(nameOrFile);
  return findDeviceProfile(nameOrFile, new OwnProfiles(process.cwd()).read());
}
