import * as vscode from 'vscode';
import * as z from 'zod';
import { applyChanges } from '../../protocol/configuration-changes';
import type { DeviceProfile } from '../../protocol/device-profile';
import { type FromSavers, fromSaversSchema, type ToSavers } from '../../protocol/webview-messages';
import type { Inspections } from '../annotations/inspections';
import { rememberedShape } from '../annotations/remembered-shapes';
import type { Backend } from '../backend/backend';
import { commands } from '../commands';
import type { Log } from '../diagnostics/log';
import { Disposable } from '../disposable';
import type { DeviceProfiles } from '../profiles/device-profiles';
import type { RunList } from '../runs/run-list';
import type { NextRun } from '../settings/next-run';
import { pageOptions, renderPage } from '../webview/page';
import { type FileModel, modelChoices } from './model-choices';
import type { ModelGraphs } from './model-graphs';
import { leftModel, trainedModel } from './trained-models';

/** Figures of a live run come often; the view gets them at most this often. */
const sendPauseMs = 200;

export interface SaversNeeds {
  readonly extension: vscode.Uri;
  readonly backend: Backend;
  readonly nextRun: NextRun;
  readonly profiles: DeviceProfiles;
  readonly runs: RunList;
  readonly inspections: Inspections;
  readonly graphs: ModelGraphs;
  readonly log: Log;
}

/** The Savers view in the sidebar: it shows and edits the next run's configuration, and tunes the live run. */
export class SaversView extends Disposable implements vscode.WebviewViewProvider {
  private view?: vscode.WebviewView;
  private sending?: ReturnType<typeof setTimeout>;
  private newest = 0;
  private lastChange = 0;
  /** That of the run which was live last. */
  private liveProfile?: { readonly runId: string; readonly profile: Promise<DeviceProfile | undefined> };

  constructor(private readonly needs: SaversNeeds) {
    super();
    const { nextRun, profiles, runs, inspections } = needs;
    this.track(vscode.window.registerWebviewViewProvider('e2train.savers', this));
    for (const event of [nextRun.onDidChange, profiles.onDidChange, runs.onDidChange, inspections.onDidChange])
      this.track((event as vscode.Event<unknown>)(() => this.sendSoon()));
    this.track(vscode.workspace.onDidGrantWorkspaceTrust(() => this.sendSoon()));
    this.track({ dispose: () => clearTimeout(this.sending) });
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    const { extension } = this.needs;
    view.webview.options = pageOptions(extension);
    view.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    view.onDidDispose(() => {
      if (this.view === view) this.view = undefined;
    });
    view.webview.html = renderPage(view.webview, extension, 'savers', vscode.l10n.t('E2-Train Savers'));
    if (vscode.workspace.isTrusted) void this.needs.runs.refresh();
  }

  private sendSoon(): void {
    if (!this.view) return;
    this.sending ??= setTimeout(() => {
      this.sending = undefined;
      void this.send();
    }, sendPauseMs);
  }

  private async send(): Promise<void> {
    const turn = ++this.newest;
    const { nextRun, profiles, runs, graphs } = this.needs;
    const live = runs.live();
    const liveProfile = live && (await this.profileOfRun(live.run.id));
    const answer = vscode.workspace.isTrusted
      ? await graphs.of(live?.run.configuration ?? nextRun.configuration)
      : { problem: vscode.l10n.t('E2-Train runs nothing until you trust this workspace.') };
    if (turn !== this.newest) return;
    const state: ToSavers = {
      type: 'state',
      configuration: nextRun.configuration,
      lastChange: this.lastChange,
      models: modelChoices(this.fileModels()),
      trainedModels: runs.all().filter(leftModel).map(trainedModel),
      ownProfiles: profiles.own,
      ...(live ? { live } : {}),
      ...(liveProfile ? { liveProfile } : {}),
      ...answer,
    };
    void this.view?.webview.postMessage(state);
  }

  /** A run keeps the profile that it began with. */
  private profileOfRun(runId: string): Promise<DeviceProfile | undefined> {
    if (this.liveProfile?.runId !== runId) {
      const profile = this.needs.backend.request('runs/deviceProfile', { runId }).catch((error: Error) => {
        this.needs.log.warn(error.message);
        return undefined;
      });
      this.liveProfile = { runId, profile };
    }
    return this.liveProfile.profile;
  }

  private fileModels(): FileModel[] {
    const { inspections } = this.needs;
    return inspections.all().flatMap(({ uri, inspection }) =>
      inspection.models.map(({ exportName }) => ({
        file: uri.fsPath,
        exportName,
        inputShape: rememberedShape(inspections.inputShapes, uri.fsPath, exportName),
      })),
    );
  }

  private receive(message: unknown): void {
    const parsed = fromSaversSchema.safeParse(message);
    if (parsed.success) void this.handle(parsed.data);
    else this.needs.log.warn(`The Savers view sent something unexpected: ${z.prettifyError(parsed.error)}`);
  }

  private async handle(message: FromSavers): Promise<void> {
    const { nextRun, backend } = this.needs;
    switch (message.type) {
      case 'ready':
        this.lastChange = 0;
        await this.send();
        break;
      case 'configure':
        this.lastChange = message.number;
        await nextRun.configure(applyChanges(nextRun.configuration, message.changes));
        this.sendSoon();
        break;
      case 'tune':
        await backend
          .request('runs/tune', { runId: message.runId, tuning: message.tuning })
          .catch((error: Error) => vscode.window.showErrorMessage(error.message));
        break;
      case 'start':
        await vscode.commands.executeCommand(commands.startNextRun);
        break;
      case 'stop':
        await vscode.commands.executeCommand(commands.stopRun, message.runId);
        break;
      case 'chooseDataDirectory':
        await this.chooseDataDirectory();
        break;
      case 'openDashboard':
        await vscode.commands.executeCommand(commands.openDashboard);
        break;
    }
  }

  private async chooseDataDirectory(): Promise<void> {
    const { nextRun } = this.needs;
    const [folder] =
      (await vscode.window.showOpenDialog({
        canSelectFolders: true,
        canSelectFiles: false,
        openLabel: vscode.l10n.t('Use This Data'),
        title: vscode.l10n.t('Folder with CIFAR binary or IDX files'),
      })) ?? [];
    if (folder) await nextRun.configure({ ...nextRun.configuration, data: { kind: 'directory', path: folder.fsPath } });
    this.sendSoon();
  }
}
