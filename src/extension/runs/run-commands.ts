import * as vscode from 'vscode';
import type { RunConfiguration } from '../../protocol/configuration';
import type { RunSummary } from '../../protocol/runs';
import { inspectionPatienceMs } from '../annotations/inspections';
import type { Backend } from '../backend/backend';
import { commands } from '../commands';
import type { Dashboard } from '../dashboard/dashboard';
import { Disposable } from '../disposable';
import type { PythonInterpreter } from '../python/python-interpreter';
import { readSetting } from '../settings/settings';
import { runItem } from './run-item';
import type { RunList } from './run-list';
import { isLive, isOursAndLive } from './run-progress';

/** After a crash the old trainer may live for a moment and still hold the run. */
const resumeAttempts = 6;
const resumePauseMs = 1000;

/** Start, stop, resume, delete: what a person does with runs, from whichever place. */
export class RunCommands extends Disposable {
  constructor(
    private readonly backend: Backend,
    private readonly runs: RunList,
    private readonly dashboard: Dashboard,
    private readonly python: PythonInterpreter,
  ) {
    super();
    const register = (id: string, handler: (argument: unknown) => Promise<void>) =>
      this.track(vscode.commands.registerCommand(id, (argument: unknown) => handler(argument).catch(showFailure)));
    register(commands.stopRun, (argument) => this.stop(argument));
    register(commands.resumeRun, (argument) => this.resume(argument));
    register(commands.deleteRun, (argument) => this.delete(argument));
    register(commands.openRunFolder, (argument) => this.openFolder(argument));
    register(commands.openDashboard, (argument) => this.dashboard.show(runIdOf(argument)));
    this.track(runs.onDidBreak((summary) => void this.offerResume([summary], summary.run.reason ?? '')));
  }

  /** Starts a run and shows it. @throws Error with the backend's sentence. */
  async start(configuration: RunConfiguration): Promise<void> {
    const { model } = configuration;
    const started =
      model.kind === 'file' ? { ...configuration, model: { ...model, ...(await this.python.parameterFor(model.path)) } } : configuration;
    // A Python model's file is run once more, for its own weights.
    const { runId } = await this.backend.request('runs/start', { configuration: started }, 2 * inspectionPatienceMs);
    await this.runs.refresh();
    if (readSetting('dashboard.openOnStart')) await this.dashboard.show(runId, { preserveFocus: true });
  }

  /** A run ended badly: says why and offers to go on. */
  async offerResume(broken: readonly RunSummary[], reason: string): Promise<void> {
    const resume = vscode.l10n.t('Resume from Checkpoint');
    const log = vscode.l10n.t('Show Log');
    const titles = broken.map(({ run }) => `“${run.title}”`).join(', ');
    const resumable = broken.filter(({ run, resumable }) => resumable || run.state === 'interrupted');
    const actions = resumable.length > 0 ? [resume, log] : [log];
    const choice = await vscode.window.showErrorMessage(vscode.l10n.t('The run {0} broke off. {1}', titles, reason), ...actions);
    if (choice === log) await vscode.commands.executeCommand(commands.showLog);
    if (choice !== resume) return;
    try {
      if (this.backend.state.kind !== 'running') await this.backend.restart();
      for (const { run } of resumable) await this.resumePatiently(run.id);
    } catch (error) {
      showFailure(error);
    }
  }

  private async stop(argument: unknown): Promise<void> {
    const runId = runIdOf(argument) ?? (await this.choose(isOursAndLive, vscode.l10n.t('Which run shall stop?')));
    if (runId) await this.backend.request('runs/stop', { runId });
  }

  private async resume(argument: unknown): Promise<void> {
    if (!runIdOf(argument)) await this.runs.refresh();
    const runId = runIdOf(argument) ?? (await this.choose(({ resumable }) => resumable, vscode.l10n.t('Which run shall go on?')));
    if (!runId) return;
    if (this.backend.state.kind === 'failed') await this.backend.restart();
    await this.backend.request('runs/resume', { runId });
  }

  private async resumePatiently(runId: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        await this.backend.request('runs/resume', { runId });
        return;
      } catch (error) {
        if (attempt === resumeAttempts) throw error;
        await new Promise((resolve) => setTimeout(resolve, resumePauseMs));
      }
    }
  }

  private async delete(argument: unknown): Promise<void> {
    const summary = await this.named(argument, (one) => !isLive(one), vscode.l10n.t('Which run shall be deleted?'));
    if (!summary) return;
    const confirm = vscode.l10n.t('Delete');
    const detail = vscode.l10n.t('Its record, checkpoints and model in {0} go with it. This cannot be undone.', summary.directory);
    const question = vscode.l10n.t('Delete the run “{0}”?', summary.run.title);
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, confirm)) !== confirm) return;
    await this.backend.request('runs/delete', { runId: summary.run.id });
  }

  /** The run that an argument of a command names, or else the one that fits or that the person picks. */
  async named(argument: unknown, fits: (summary: RunSummary) => boolean, question: string): Promise<RunSummary | undefined> {
    const runId = runIdOf(argument) ?? (await this.choose(fits, question));
    return runId ? this.runs.get(runId) : undefined;
  }

  private async openFolder(argument: unknown): Promise<void> {
    const summary = await this.named(argument, () => true, vscode.l10n.t('Whose folder?'));
    if (!summary) return;
    const file = vscode.Uri.joinPath(vscode.Uri.file(summary.directory), 'run.json');
    // In a browser or a remote window there is no file manager to show it in: the Explorer is the place.
    const local = vscode.env.uiKind === vscode.UIKind.Desktop && !vscode.env.remoteName;
    await vscode.commands.executeCommand(local ? 'revealFileInOS' : 'revealInExplorer', file);
  }

  private async choose(fits: (summary: RunSummary) => boolean, question: string): Promise<string | undefined> {
    const fitting = this.runs.all().filter(fits);
    if (fitting.length === 0) {
      void vscode.window.showInformationMessage(vscode.l10n.t('There is no such run.'));
      return undefined;
    }
    if (fitting.length === 1) return fitting[0]!.run.id;
    const items = fitting.map((summary) => {
      const { label, description } = runItem(summary);
      return { label, description, runId: summary.run.id };
    });
    return (await vscode.window.showQuickPick(items, { placeHolder: question }))?.runId;
  }
}

/** Tree rows and our own calls pass the run's id. */
const runIdOf = (argument: unknown): string | undefined => (typeof argument === 'string' ? argument : undefined);

/** Says a refusal's sentence, with the way to the log. */
export function showFailure(error: unknown): void {
  const log = vscode.l10n.t('Show Log');
  void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error), log).then((choice) => {
    if (choice === log) void vscode.commands.executeCommand(commands.showLog);
  });
}
