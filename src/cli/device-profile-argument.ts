import { builtinProfiles, findDeviceProfile } from '../energy/device-profile';
import type { DeviceProfile } from '../protocol/device-profile';
import { OwnProfiles, readProfileFile } from '../runs/own-profiles';

/**
 * The profile that a person named: built in, of the present folder, or a JSON file.
 * @throws Error with one sentence when there is none or it cannot be used.
 */
export function profileArgument(nameOrFile: string): DeviceProfile {
  if (nameOrFile.endsWith('.json')) return readProfileFile(nameOrFile);
  if (builtinProfiles.some(({ name }) => name === nameOrFile)) return findDeviceProfile(nameOrFile);
  return findDeviceProfile(nameOrFile, new OwnProfiles(process.cwd()).read());
}
