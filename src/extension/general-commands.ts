import * as vscode from 'vscode';
import type { Inspections } from './annotations/inspections';
import type { Backend } from './backend/backend';
import { commands } from './commands';
import { copyDiagnostics } from './diagnostics/copy-diagnostics';
import type { Log } from './diagnostics/log';
import { Disposable } from './disposable';
import type { LayersView } from './layers/layers-view';
import type { LineArgument, ModelArgument } from './lens-commands';
import type { MeasurementList } from './measurements/measurement-list';
import type { DeviceProfiles } from './profiles/device-profiles';
import { showFailure } from './runs/run-commands';
import type { RunList } from './runs/run-list';
import { readSetting, type Settings, writeSetting } from './settings/settings';

export interface GeneralNeeds {
  readonly context: vscode.ExtensionContext;
  readonly backend: Backend;
  readonly inspections: Inspections;
  readonly layers: LayersView;
  readonly runs: RunList;
  readonly measurements: MeasurementList;
  readonly profiles: DeviceProfiles;
  readonly log: Log;
}

/** Commands that belong to no single view. */
export class GeneralCommands extends Disposable {
  private lastStyle: Settings['annotations.style'] = 'endOfLine';

  constructor(private readonly needs: GeneralNeeds) {
    super();
    const { context, backend, layers, log } = needs;
    const register = (id: string, handler: (argument: unknown) => Promise<void> | void) =>
      this.track(
        vscode.commands.registerCommand(id, async (argument: unknown) => {
          try {
            await handler(argument);
          } catch (error) {
            showFailure(error);
          }
        }),
      );
    register(commands.toggleAnnotations, () => this.toggleAnnotations());
    register(commands.showLog, () => log.show());
    register(commands.copyDiagnostics, () => copyDiagnostics(context, backend, log));
    register(commands.refresh, () => this.refresh());
    register(commands.restartBackend, () => backend.restart());
    register(commands.showLayers, (argument) => layers.reveal(modelOrActive(argument)));
    register(commands.showLine, (argument) => showLine(argument as LineArgument));
  }

  private async toggleAnnotations(): Promise<void> {
    const style = readSetting('annotations.style');
    if (style !== 'off') this.lastStyle = style;
    await writeSetting('annotations.style', style === 'off' ? this.lastStyle : 'off');
  }

  private async refresh(): Promise<void> {
    const { backend, runs, inspections, measurements, profiles } = this.needs;
    if (backend.state.kind === 'failed') await backend.restart();
    profiles.refresh();
    inspections.refresh();
    await Promise.all([runs.refresh(), measurements.refresh()]);
  }
}

function modelOrActive(argument: unknown): ModelArgument {
  if (typeof argument === 'object' && argument !== null && 'uri' in argument) return argument as ModelArgument;
  const uri = vscode.window.activeTextEditor?.document.uri;
  if (!uri) throw new Error(vscode.l10n.t('Open a model file first.'));
  return { uri };
}

async function showLine({ uri, line }: LineArgument): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const position = new vscode.Position(Math.min(line, document.lineCount) - 1, 0);
  const editor = await vscode.window.showTextDocument(document, { selection: new vscode.Range(position, position) });
  editor.revealRange(new vscode.Range(position, position), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
