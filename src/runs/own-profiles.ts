import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDeviceProfile } from '../energy/device-profile';
import { writeFileAtomically } from '../platform/atomic-write';
import type { DeviceProfile } from '../protocol/device-profile';

/** A person's own device profiles: `.e2train/profiles/*.json` of the workspace. */
export class OwnProfiles {
  readonly directory: string;

  constructor(workspaceDirectory: string) {
    this.directory = join(workspaceDirectory, '.e2train', 'profiles');
  }

  /** Those that can be used; one sentence for each file that cannot. */
  read(): { profiles: DeviceProfile[]; problems: string[] } {
    const profiles: DeviceProfile[] = [];
    const problems: string[] = [];
    for (const file of this.files()) {
      try {
        profiles.push(readProfileFile(file));
      } catch (error) {
        problems.push((error as Error).message);
      }
    }
    return { profiles, problems };
  }

  /**
   * Writes a new profile; an old one stays as it is.
   * @returns the file.
   * @throws Error with one sentence when there is one of that name, or it cannot be written.
   */
  add(profile: DeviceProfile): string {
    const file = join(this.directory, `${profile.name}.json`);
    const text = `${JSON.stringify(profile, null, 2)}\n`;
    parseDeviceProfile(text, file);
    if (existsSync(file)) throw new Error(`${file} is there already and stays as it is: give the new profile another name.`);
    writeFileAtomically(file, text);
    return file;
  }

  private files(): string[] {
    try {
      const names = readdirSync(this.directory).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
      return names.sort().map((name) => join(this.directory, name));
    } catch {
      return [];
    }
  }
}

/** @throws Error with one sentence that names file and field. */
export function readProfileFile(file: string): DeviceProfile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`);
  }
  return parseDeviceProfile(text, file);
}
