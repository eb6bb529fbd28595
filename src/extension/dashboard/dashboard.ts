import { join } from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { type FromDashboard, fromDashboardSchema, type ToDashboard } from '../../protocol/webview-messages';
import type { Backend } from '../backend/backend';
import { workspaceDirectory } from '../backend/workspace-directory';
import { commands } from '../commands';
import type { Log } from '../diagnostics/log';
import { Disposable } from '../disposable';
import type { RunList } from '../runs/run-list';
import { onSettingChanged, readSetting } from '../settings/settings';
import { pageOptions, renderPage } from '../webview/page';
import { Relay } from './relay';
import { socketAddress } from './socket-address';

const viewType = 'e2train.dashboard';
const keptStateSchema = z.object({ runId: z.string().optional() });

/** The dashboard panel: one per window, beside the editor. It has its own connection to the backend; this side says where. */
export class Dashboard extends Disposable implements vscode.WebviewPanelSerializer {
  private panel?: vscode.WebviewPanel;
  private readonly relay: Relay;
  private selected?: string;
  /** What the page's policy allows it to connect to. */
  private allowed = '';
  private ready = false;

  constructor(
    private readonly extension: vscode.Uri,
    private readonly backend: Backend,
    private readonly runs: RunList,
    private readonly log: Log,
  ) {
    super();
    this.relay = this.track(new Relay((message) => this.post(message)));
    this.track(vscode.window.registerWebviewPanelSerializer(viewType, this));
    this.track(backend.onDidChangeState(({ kind }) => kind !== 'starting' && void this.update()));
    this.track(onSettingChanged('dashboard.connection', () => void this.update()));
    this.track({ dispose: () => this.panel?.dispose() });
  }

  /** Shows the run, or the newest one; keeps the focus where it is when asked to. */
  async show(runId: string | undefined, { preserveFocus = false } = {}): Promise<void> {
    this.selected = runId ?? this.selected ?? this.runs.live()?.run.id ?? this.runs.all()[0]?.run.id;
    if (this.panel) {
      this.panel.reveal(undefined, preserveFocus);
      await this.sendConnection();
      return;
    }
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus };
    this.adopt(vscode.window.createWebviewPanel(viewType, vscode.l10n.t('E2-Train Dashboard'), column, pageOptions(this.extension)));
    await this.startBackend();
  }

  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const kept = keptStateSchema.safeParse(state);
    if (kept.success) this.selected = kept.data.runId;
    panel.webview.options = pageOptions(this.extension);
    this.adopt(panel);
    await this.startBackend();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.panel?.dispose();
    this.panel = panel;
    this.allowed = '';
    panel.iconPath = vscode.Uri.joinPath(this.extension, 'media', 'icon.svg');
    panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    panel.onDidDispose(() => {
      if (this.panel !== panel) return;
      this.panel = undefined;
      this.ready = false;
      this.relay.close();
    });
  }

  private async startBackend(): Promise<void> {
    await this.update();
    await this.backend.start().catch((error: Error) => this.log.warn(error.message));
    await this.runs.refresh();
    await this.sendConnection();
  }

  /** The backend or the way to it changed: the page is loaded anew when its policy must, and told in any case. */
  private async update(): Promise<void> {
    const { panel } = this;
    if (!panel) return;
    const origin = (await this.route())?.origin ?? '';
    if (this.panel !== panel) return;
    if (panel.webview.html === '' || (origin !== this.allowed && this.backend.state.kind === 'running')) {
      this.allowed = origin;
      this.ready = false;
      panel.webview.html = renderPage(panel.webview, this.extension, 'dashboard', panel.title, origin ? [origin] : []);
    } else await this.sendConnection();
  }

  /** Where the page finds the backend. In relay mode it gets the address, as it must, and a policy under which it cannot use it. */
  private async route(): Promise<{ address: string; origin: string; token: string } | undefined> {
    const { state } = this.backend;
    if (state.kind !== 'running') return undefined;
    const local = vscode.Uri.parse(`http://127.0.0.1:${state.ready.port}/`);
    const { address, origin } = socketAddress((await vscode.env.asExternalUri(local)).toString(true));
    return { address, origin: readSetting('dashboard.connection') === 'relay' ? '' : origin, token: state.ready.token };
  }

  private async sendConnection(): Promise<void> {
    if (!this.ready) return;
    const route = await this.route();
    const selected = this.selected ?? this.runs.live()?.run.id ?? this.runs.all()[0]?.run.id;
    this.post({
      type: 'connection',
      ...(route ? { address: route.address, token: route.token } : {}),
      runs: this.runs.all(),
      ...(selected ? { selected } : {}),
    });
  }

  private post(message: ToDashboard): void {
    void this.panel?.webview.postMessage(message);
  }

  private receive(message: unknown): void {
    const parsed = fromDashboardSchema.safeParse(message);
    if (parsed.success) void this.handle(parsed.data);
    else this.log.warn(`The dashboard sent something unexpected: ${z.prettifyError(parsed.error)}`);
  }

  private async handle(message: FromDashboard): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.relay.close();
        await this.sendConnection();
        break;
      case 'openRelay':
        if (this.backend.state.kind === 'running') this.relay.open(this.backend.state.ready.port);
        else this.post({ type: 'relayClosed' });
        break;
      case 'relay':
        this.relay.send(message.text);
        break;
      case 'select':
        this.selected = message.runId;
        break;
      case 'stop':
        await vscode.commands.executeCommand(commands.stopRun, message.runId);
        break;
      case 'resume':
        await vscode.commands.executeCommand(commands.resumeRun, message.runId);
        break;
      case 'showLog':
        this.log.show();
        break;
      case 'export':
        await saveExport(message.fileName, message.text);
        break;
    }
  }
}

async function saveExport(fileName: string, text: string): Promise<void> {
  const folder = workspaceDirectory();
  const target = await vscode.window.showSaveDialog(folder ? { defaultUri: vscode.Uri.file(join(folder, fileName)) } : {});
  if (target) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
}
