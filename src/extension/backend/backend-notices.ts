import * as vscode from 'vscode';
import { commands } from '../commands';
import { Disposable } from '../disposable';
import type { RunCommands } from '../runs/run-commands';
import type { RunList } from '../runs/run-list';
import type { Backend } from './backend';

/** Tells when the backend is gone, once, with what can be done. A restart that happens by itself is not worth a word. */
export class BackendNotices extends Disposable {
  constructor(backend: Backend, runs: RunList, runCommands: RunCommands) {
    super();
    this.track(
      backend.onDidFail(({ reason, wasTraining, restarting }) => {
        const broken = runs.all().filter(({ ours, run }) => ours && run.state === 'interrupted' && run.reason === reason);
        if (wasTraining && broken.length > 0) void runCommands.offerResume(broken, reason);
        else if (!restarting) void offerRestart(reason);
      }),
    );
  }
}

async function offerRestart(reason: string): Promise<void> {
  const restart = vscode.l10n.t('Restart');
  const log = vscode.l10n.t('Show Log');
  const choice = await vscode.window.showErrorMessage(reason, restart, log);
  if (choice === restart) await vscode.commands.executeCommand(commands.restartBackend);
  if (choice === log) await vscode.commands.executeCommand(commands.showLog);
}
