import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findDeviceProfile } from '../energy/device-profile';
import { writeFileAtomically } from '../platform/atomic-write';
import { type DeviceProfile, deviceProfileSchema } from '../protocol/device-profile';
import type { RunFolder } from './run-folder';

/** The profile that a run's energies rest on, as it was when the run was made: a later change of a file or release does not change the run. */
const profileFile = ({ directory }: Pick<RunFolder, 'directory'>): string => join(directory, 'device-profile.json');

/** @throws Error with one sentence when it cannot be written. */
export function writeProfile(run: Pick<RunFolder, 'directory'>, profile: DeviceProfile): void {
  writeFileAtomically(profileFile(run), `${JSON.stringify(profile, null, 2)}\n`);
}

/** @throws Error with one sentence when the folder does not hold it as it should. */
export function profileOfRun(run: Pick<RunFolder, 'directory' | 'read'>): DeviceProfile {
  const file = profileFile(run);
  // Runs of older versions keep none, and knew built-in ones only.
  if (!existsSync(file)) return findDeviceProfile(run.read().configuration.deviceProfile);
  try {
    return deviceProfileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    throw new Error(`The run's device profile cannot be read from ${file}: start a new run.`);
  }
}
