import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { collectProfiles, type ProfileText, parseDeviceProfile } from '../energy/own-profiles';
import { writeFileAtomically } from '../platform/atomic-write';
import type { DeviceProfile, ProfileCollection, ProfileProblem } from '../protocol/device-profile';

const folder = '.e2train/profiles';

/** A person's own device profiles: `.e2train/profiles/*.json` of the workspace. */
export class OwnProfiles {
  readonly directory: string;

  constructor(private readonly workspaceDirectory: string) {
    this.directory = join(workspaceDirectory, folder);
  }

  /** Those that can be used, and what is wrong with the others; files by their path in the workspace. */
  read(): ProfileCollection {
    const texts: ProfileText[] = [];
    const unreadable: ProfileProblem[] = [];
    for (const name of this.fileNames()) {
      const file = `${folder}/${name}`;
      try {
        texts.push({ file, text: readText(this.pathOf(file), file) });
      } catch (error) {
        unreadable.push({ file, name: basename(name, '.json'), message: (error as Error).message });
      }
    }
    const { profiles, problems } = collectProfiles(texts);
    return { profiles, problems: [...unreadable, ...problems] };
  }

  /** Absolute path of a file that `read` names. */
  pathOf(file: string): string {
    return join(this.workspaceDirectory, file);
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
    const { profiles } = this.read();
    const namesake = profiles.find((own) => own.profile.name === profile.name);
    const taken = existsSync(file) ? file : namesake && this.pathOf(namesake.file);
    if (taken) throw new Error(`${taken} is there already and stays as it is: give the new profile another name.`);
    writeFileAtomically(file, text);
    return file;
  }

  private fileNames(): string[] {
    try {
      const names = readdirSync(this.directory).filter((name) => name.endsWith('.json') && !name.startsWith('.'));
      return names.sort();
    } catch {
      return [];
    }
  }
}

/** @throws Error with one sentence that names file and field. */
export function readProfileFile(file: string): DeviceProfile {
  return parseDeviceProfile(readText(file, file), file);
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'}).`);
  }
}
