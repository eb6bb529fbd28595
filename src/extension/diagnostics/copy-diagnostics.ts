import { homedir, release } from 'node:os';
import * as vscode from 'vscode';
import type { Backend } from '../backend/backend';
import { runSettings } from '../settings/run-settings';
import { diagnosticsReport } from './diagnostics-report';
import type { Log } from './log';

const otherSettings = [
  'annotations.style',
  'annotations.scope',
  'inspection.timeoutSeconds',
  'inspection.memoryMB',
  'dashboard.connection',
  'dashboard.openOnStart',
];

/** Puts what a bug report needs on the clipboard. */
export async function copyDiagnostics(extension: vscode.ExtensionContext, backend: Backend, log: Log): Promise<void> {
  const settings = vscode.workspace.getConfiguration('e2train');
  const names = [...Object.keys(runSettings), ...otherSettings];
  const environment =
    backend.state.kind === 'running'
      ? await backend.request('environment', {}).catch((error: Error) => error.message)
      : vscode.l10n.t('The training backend is not running.');
  const report = diagnosticsReport({
    extensionVersion: String(extension.extension.packageJSON.version),
    editor: `${vscode.env.appName} ${vscode.version} (${vscode.env.appHost})`,
    platform: `${process.platform} ${process.arch} ${release()}, Node ${process.version}`,
    remote: vscode.env.remoteName ?? 'none',
    trusted: vscode.workspace.isTrusted,
    backend: backend.state.kind === 'failed' ? `failed: ${backend.state.message}` : backend.state.kind,
    environment,
    settings: Object.fromEntries(names.map((name) => [`e2train.${name}`, settings.get(name)])),
    logLines: log.recent(),
    home: homedir(),
  });
  await vscode.env.clipboard.writeText(report);
  void vscode.window.showInformationMessage(vscode.l10n.t('The diagnostics of E2-Train are on the clipboard.'));
}
