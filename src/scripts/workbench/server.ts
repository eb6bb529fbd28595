import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Workbench } from './install';

export interface WorkbenchServerOptions {
  readonly workbench: Workbench;
  /** Fresh folder that holds everything the server writes: home, settings, extensions, log. */
  readonly directory: string;
  /** The packaged extension to install. */
  readonly vsix: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Ask for trust in workspaces, as a desktop does; off, every workspace is trusted. */
  readonly workspaceTrust?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

export interface WorkbenchServer {
  /** Address of the workbench with a folder opened, and a file of absolute path in an editor. */
  address(folder: string, file?: string): string;
  /** Text that the server has logged so far. */
  log(): string;
  stop(): Promise<void>;
}

/** Nothing that calls home, moves by itself or covers what is looked at. */
const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'typescript.disableAutomaticTypeAcquisition': true,
  'npm.fetchOnlinePackageInfo': false,
  'json.schemaDownload.enable': false,
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'window.restoreWindows': 'none',
  'chat.commandCenter.enabled': false,
  'remote.autoForwardPorts': false,
  'editor.minimap.enabled': false,
};

/** Starts a VS Code server for this user alone, on loopback, with the extension installed. */
export async function startWorkbenchServer(options: WorkbenchServerOptions): Promise<WorkbenchServer> {
  const { directory, workbench } = options;
  const home = join(directory, 'home');
  const data = join(directory, 'data');
  const extensions = join(directory, 'extensions');
  for (const folder of [home, join(data, 'User'), extensions]) mkdirSync(folder, { recursive: true });
  const configuration = join(directory, 'config.yaml');
  writeFileSync(configuration, '');
  const settings = { ...quietSettings, 'security.workspace.trust.enabled': options.workspaceTrust ?? false, ...options.settings };
  writeFileSync(join(data, 'User', 'settings.json'), JSON.stringify(settings, null, 2));

  const environment = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VSCODE_|npm_|PORT$|PASSWORD$|VITEST|NODE_ENV$)/.test(name))),
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    EXTENSIONS_GALLERY: '{}',
    ...options.environment,
  };
  const common = ['--config', configuration, '--user-data-dir', data, '--extensions-dir', extensions];
  const install = spawnSync(process.execPath, [workbench.serverEntry, ...common, '--install-extension', options.vsix], {
    env: environment,
    encoding: 'utf8',
  });
  if (install.status !== 0) throw new Error(`The workbench did not take ${options.vsix}: ${install.stdout}${install.stderr}`);

  const port = await freePort();
  const logFile = join(directory, 'server.log');
  const logHandle = openSync(logFile, 'w');
  const flags = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check'];
  const trustFlags = options.workspaceTrust ? [] : ['--disable-workspace-trust'];
  const child = spawn(
    process.execPath,
    [workbench.serverEntry, ...flags, ...trustFlags, '--disable-getting-started-override', '--ignore-last-opened', ...common],
    // A process group of its own, so that stopping takes the extension hosts along.
    { env: environment, stdio: ['ignore', logHandle, logHandle], detached: true },
  );
  const killNow = () => kill(child, 'SIGKILL');
  process.once('exit', killNow);
  const log = () => readFileSync(logFile, 'utf8');
  await answering(`http://127.0.0.1:${port}/healthz`, child, log);
  return {
    address: (folder, file) => {
      const query = new URLSearchParams({ folder });
      if (file !== undefined) query.set('payload', JSON.stringify([['openFile', `vscode-remote://127.0.0.1:${port}${file}`]]));
      return `http://127.0.0.1:${port}/?${query}`;
    },
    log,
    async stop() {
      process.off('exit', killNow);
      const gone = new Promise((resolve) => child.once('exit', resolve));
      kill(child, 'SIGTERM');
      await Promise.race([gone, wait(5000)]);
      killNow();
    },
  };
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-(child.pid as number), signal);
  } catch {
    // The group has ended already.
  }
}

async function answering(address: string, child: ChildProcess, log: () => string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`The workbench server ended with code ${child.exitCode}:\n${log()}`);
    const response = await fetch(address).catch(() => undefined);
    if (response?.ok) return;
    await wait(100);
  }
  throw new Error(`The workbench server did not answer within a minute:\n${log()}`);
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
