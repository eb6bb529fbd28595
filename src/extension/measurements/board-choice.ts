import * as vscode from 'vscode';
import { commands } from '../commands';
import { Disposable } from '../disposable';
import { showFailure } from '../runs/run-commands';
import { boardName } from './measured-boards';
import type { MeasurementList } from './measurement-list';

/** Lets a person choose, where several boards were measured, whose figures stand beside the estimates; in the status bar and as a command. */
export class BoardChoice extends Disposable {
  private readonly item = this.track(vscode.window.createStatusBarItem('e2train.board', vscode.StatusBarAlignment.Right, 79));
  private atModelFile = false;

  constructor(private readonly measurements: MeasurementList) {
    super();
    this.item.name = vscode.l10n.t('E2-Train Board');
    this.item.command = commands.chooseBoard;
    this.track(measurements.onDidChange(() => this.update()));
    this.track(vscode.commands.registerCommand(commands.chooseBoard, () => this.choose().catch(showFailure)));
  }

  /** Whether the active editor shows a model file. */
  showAtModelFile(atModelFile: boolean): void {
    this.atModelFile = atModelFile;
    this.update();
  }

  private update(): void {
    const several = this.measurements.boards().length > 1;
    void vscode.commands.executeCommand('setContext', 'e2train.severalBoards', several);
    if (!several || !this.atModelFile) {
      this.item.hide();
      return;
    }
    const { board } = this.measurements;
    const name = board === undefined ? vscode.l10n.t('All Boards') : boardName(board);
    this.item.text = `$(circuit-board) ${name}`;
    this.item.tooltip = vscode.l10n.t('Board whose measured energies stand beside the estimates. Click to choose another.');
    this.item.accessibilityInformation = { label: vscode.l10n.t('E2-Train board of measured energies: {0}', name) };
    this.item.show();
  }

  private async choose(): Promise<void> {
    const { board } = this.measurements;
    const inUse = (own: string | undefined) => (own === board ? [vscode.l10n.t('in use')] : []);
    const all = {
      label: vscode.l10n.t('All Boards'),
      description: inUse(undefined).join(),
      detail: vscode.l10n.t('At each line the newest of the figures that cover most of its layers'),
      board: undefined,
    };
    const boards = this.measurements.boards().map(({ name, figures, newest }) => ({
      label: boardName(name),
      description: [...inUse(name), vscode.l10n.t('figures: {0}', figures), newest].join(' · '),
      board: name,
    }));
    const items: (vscode.QuickPickItem & { board: string | undefined })[] = [all, ...boards];
    const placeHolder = vscode.l10n.t('Whose measured energies shall stand beside the estimates?');
    const chosen = await vscode.window.showQuickPick(items, { placeHolder });
    if (chosen) await this.measurements.chooseBoard(chosen.board);
  }
}
