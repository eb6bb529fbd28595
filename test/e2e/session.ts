import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { installWorkbench } from '../../src/scripts/workbench/install';
import { startWorkbenchServer, type WorkbenchServer } from '../../src/scripts/workbench/server';
import { WorkbenchPage } from './workbench-page';
import { WorkspaceSettings } from './workspace-settings';

/** How code-server leads to a port on loopback. */
const backendSockets = /\/proxy\/\d+\//;

const project = join(__dirname, '..', '..');

export interface SessionOptions {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly workspaceTrust?: boolean;
  /** Of the VS Code server and all that it starts. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Folder under test/workspaces that is copied to be the workspace. */
  readonly workspace?: string;
  /** Sockets to the backend open, and then carry nothing, as behind some proxies. */
  readonly swallowSockets?: boolean;
}

/** A VS Code server with the packaged extension, a browser, and a copy of a test workspace; all gone after `close`. */
export class Session {
  private sockets = 0;
  readonly settings: WorkspaceSettings;

  private constructor(
    private readonly options: SessionOptions,
    /** Everything of this session lies in here. */
    readonly directory: string,
    private readonly server: WorkbenchServer,
    private readonly browser: Browser,
    /** The workspace's folder on disk. */
    readonly workspace: string,
  ) {
    this.settings = new WorkspaceSettings(workspace);
  }

  static async open(options: SessionOptions = {}): Promise<Session> {
    const workbench = installWorkbench();
    const directory = mkdtempSync(join(tmpdir(), 'e2-train-e2e-'));
    const workspace = join(directory, 'workspace');
    cpSync(join(project, 'test', 'workspaces', options.workspace ?? 'sample'), workspace, { recursive: true });
    const { name, version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { name: string; version: string };
    const server = await startWorkbenchServer({
      workbench,
      directory,
      vsix: join(project, `${name}-${version}.vsix`),
      settings: options.settings,
      workspaceTrust: options.workspaceTrust,
      environment: options.environment,
    });
    const browser = await chromium.launch({
      executablePath: workbench.chromium,
      headless: true,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
      ],
    });
    return new Session(options, directory, server, browser, workspace);
  }

  /** A new window on the workspace. @param file in the workspace, opened from the start. */
  async window(file?: string, viewport = { width: 1400, height: 900 }): Promise<WorkbenchPage> {
    const context = await this.browser.newContext({ viewport });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await context.routeWebSocket(backendSockets, (socket) => {
      this.sockets++;
      if (!this.options.swallowSockets) socket.connectToServer();
    });
    const page = await context.newPage();
    await page.goto(this.server.address(this.workspace, file && join(this.workspace, file)), { waitUntil: 'domcontentloaded' });
    const window = new WorkbenchPage(page, screenshots(), this.settings);
    await window.ready();
    return window;
  }

  /** Sockets that pages themselves have opened to the backend so far. */
  socketsToBackend(): number {
    return this.sockets;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Where pictures of the workbench are kept, for a person to look at. */
function screenshots(): string {
  const folder = join(project, 'test-results', 'screenshots');
  mkdirSync(folder, { recursive: true });
  return folder;
}
