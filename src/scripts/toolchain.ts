import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from './cache-folder';

/** The compiler of the kernels: `zig cc`, one pinned version, so that a build is the same everywhere. */
export const zigVersion = '0.14.1';

export interface Toolchain {
  /** Runs zig; rejects with the compiler's own words. */
  zig(...words: string[]): Promise<void>;
}

/** Finds zig on the PATH or in the cache folder, or installs it there with pip. */
export function findToolchain(): Toolchain {
  return toolchainAt(versionOf('zig') === zigVersion ? 'zig' : zigFromPip());
}

function toolchainAt(program: string): Toolchain {
  const caches = join(cacheFolder(), `zig-${zigVersion}-cache`);
  const environment = { ...process.env, ZIG_GLOBAL_CACHE_DIR: caches, ZIG_LOCAL_CACHE_DIR: caches };
  const run = promisify(execFile);
  return {
    async zig(...words) {
      try {
        await run(program, words, { env: environment, maxBuffer: 1 << 26 });
      } catch (failure) {
        throw new Error(`zig ${words[0]} failed:\n${(failure as { stderr?: string }).stderr || String(failure)}`);
      }
    },
  };
}

function versionOf(program: string): string | undefined {
  try {
    return execFileSync(program, ['version'], { stdio: ['ignore', 'pipe', 'ignore'] })
      .toString()
      .trim();
  } catch {
    return undefined;
  }
}

function zigFromPip(): string {
  const folder = join(cacheFolder(), `ziglang-${zigVersion}`);
  const zig = join(folder, 'ziglang', process.platform === 'win32' ? 'zig.exe' : 'zig');
  if (existsSync(zig)) return zig;
  const python = ['python3', 'python'].find(hasPip);
  if (!python)
    throw new Error(
      `Building the kernels needs zig ${zigVersion} on the PATH, or Python 3 with pip, which then installs it: on Debian “apt-get install python3-pip”.`,
    );

  // Into a folder of its own first: an interrupted installation must not be taken for a good one.
  mkdirSync(cacheFolder(), { recursive: true });
  const unfinished = mkdtempSync(join(cacheFolder(), 'installing-'));
  try {
    const words = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps', '--target', unfinished];
    execFileSync(python, [...words, `ziglang==${zigVersion}`], { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 });
    try {
      renameSync(unfinished, folder);
    } catch (failure) {
      // Another build was faster.
      if (!existsSync(zig)) throw failure;
    }
  } catch (failure) {
    const { stderr } = failure as { stderr?: Buffer };
    throw new Error(
      `pip could not install ziglang ${zigVersion} into ${folder}; put zig ${zigVersion} on the PATH instead, or mend this:\n${stderr?.toString().trim() || String(failure)}`,
      { cause: failure },
    );
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return zig;
}

export function hasPip(python: string): boolean {
  try {
    execFileSync(python, ['-m', 'pip', '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
