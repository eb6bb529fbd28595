import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '../cache-folder';
import { findChromium, findProgram, installSystemPackages } from './system-packages';

/** code-server 4.100.3 is VS Code 1.100.3 served to a browser: the oldest VS Code that the extension supports. */
const version = '4.100.3';

export interface Workbench {
  /** Entry script of code-server, to be run by Node. */
  readonly serverEntry: string;
  readonly chromium: string;
}

/** Thrown with one sentence when a real VS Code cannot be had on this machine. */
export class WorkbenchUnavailable extends Error {}

/**
 * Installs a real VS Code workbench and a browser, once, into the cache folder.
 * @throws WorkbenchUnavailable with the reason.
 */
export function installWorkbench(): Workbench {
  const major = Number(process.versions.node.split('.')[0]);
  if (major !== 20) throw new WorkbenchUnavailable(`code-server ${version} runs on Node 20 only, and this is ${process.version}`);
  const problem = installSystemPackages();
  if (problem) throw new WorkbenchUnavailable(problem);
  const folder = join(cacheFolder(), `code-server-${version}`);
  const server = join(folder, 'node_modules', 'code-server');
  if (!existsSync(join(folder, '.ready'))) installCodeServer(folder, server);
  return { serverEntry: join(server, 'out', 'node', 'entry.js'), chromium: findChromium() as string };
}

/** A plain `npm install code-server` fails where GitHub is blocked: a dependency's script downloads ripgrep from there. */
function installCodeServer(folder: string, server: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const vscode = join(server, 'lib', 'vscode');
  // What code-server's own postinstall does, with install scripts off, then building just the native modules that are needed.
  npm(folder, 'install', '--ignore-scripts', '--save-exact', `code-server@${version}`);
  npm(vscode, 'install', '--ignore-scripts', '--omit=dev');
  npm(join(vscode, 'extensions'), 'install', '--ignore-scripts', '--omit=dev');
  npm(vscode, 'rebuild', '@vscode/spdlog', 'native-watchdog', 'node-pty');
  npm(folder, 'rebuild', 'argon2', '--build-from-source');
  link('node_modules', join(vscode, 'node_modules.asar'));
  link('code-linux.sh', join(vscode, 'bin', 'remote-cli', 'code-server'));
  link('browser-linux.sh', join(vscode, 'bin', 'helpers', 'browser.sh'));
  link(findProgram('rg') as string, join(vscode, 'node_modules', '@vscode', 'ripgrep', 'bin', 'rg'));
  writeFileSync(join(folder, '.ready'), version);
}

function npm(folder: string, ...words: string[]): void {
  const nodeFolder = dirname(dirname(process.execPath));
  const headers = join(nodeFolder, 'include', 'node', 'node.h');
  const environment: NodeJS.ProcessEnv = {
    // npm's own variables of the outer run would make the inner one install into our project.
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_'))),
    // The natives' build scripts run node-gyp through npx, which would ask.
    npm_config_yes: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_loglevel: 'error',
    MAKEFLAGS: '-j2',
    // node-gyp downloads Node's headers unless it is told where they lie; Node's own packages have them beside its bin folder.
    ...(existsSync(headers) ? { npm_config_nodedir: nodeFolder } : {}),
  };
  const { status, stderr } = spawnSync('npm', words, { cwd: folder, env: environment, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) {
    const lines = (stderr ?? '').trim().split('\n');
    throw new WorkbenchUnavailable(`“npm ${words.join(' ')}” failed in ${folder}: ${lines.slice(-3).join(' ')}`);
  }
}

function link(target: string, path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(target, path);
}

/** The installed workbench's version, for messages. */
export function workbenchVersion(workbench: Workbench): string {
  const manifest = join(dirname(workbench.serverEntry), '..', '..', 'package.json');
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
