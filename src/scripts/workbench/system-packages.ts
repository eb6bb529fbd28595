import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's packages that the workbench needs: a browser, a font with the signs that it shows, and the search tool of VS Code. */
const packages = ['chromium', 'fonts-dejavu-core', 'ripgrep'];
const fontFile = '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf';

/** Absolute path of a program on the PATH, or undefined. */
export function findProgram(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find(existsSync);
}

/** Chromium's path, by whichever name it goes. */
export function findChromium(): string | undefined {
  return ['chromium', 'chromium-browser', 'google-chrome'].map(findProgram).find((path) => path !== undefined);
}

/** Installs what the workbench lacks through apt. Gives a sentence when it cannot be had, undefined when all is there. */
export function installSystemPackages(): string | undefined {
  return installPackages(packages, () =>
    Boolean(findChromium() && findProgram('rg') && (process.platform !== 'linux' || existsSync(fontFile))),
  );
}

/**
 * Installs Debian's packages through apt unless what they are for is there.
 * @param present whether it is. Gives a sentence when it cannot be had, undefined when it is there.
 */
export function installPackages(wanted: readonly string[], present: () => boolean): string | undefined {
  if (present()) return undefined;
  const byHand = `install ${wanted.join(', ')} by hand`;
  if (!findProgram('apt-get')) return `there is no apt-get on this system: ${byHand}`;
  if (process.getuid?.() !== 0) return `apt-get needs root: ${byHand}`;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...words: string[]) => spawnSync('apt-get', words, { stdio: ['ignore', 'ignore', 2], env: environment }).status === 0;
  const lockTimeout = ['-o', 'DPkg::Lock::Timeout=300'];
  const installed =
    apt(...lockTimeout, '-qq', 'update') && apt(...lockTimeout, '-qq', 'install', '-y', '--no-install-recommends', ...wanted);
  return installed && present() ? undefined : `apt-get could not install ${wanted.join(', ')}: ${byHand}`;
}
