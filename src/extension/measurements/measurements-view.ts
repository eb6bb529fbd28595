import * as vscode from 'vscode';
import { workspaceDirectory } from '../backend/workspace-directory';
import { commands } from '../commands';
import { Disposable } from '../disposable';
import { showFailure } from '../runs/run-commands';
import type { MeasurementList } from './measurement-list';
import { type MeasurementNode, measurementNode } from './measurement-nodes';

/** The Measurements view: what was measured and imported, file by file. */
export class MeasurementsView extends Disposable implements vscode.TreeDataProvider<MeasurementNode> {
  private readonly changed = this.track(new vscode.EventEmitter<void>());
  readonly onDidChangeTreeData = this.changed.event;
  private asked = false;

  constructor(private readonly measurements: MeasurementList) {
    super();
    this.track(measurements.onDidChange(() => this.changed.fire()));
    this.track(vscode.workspace.onDidGrantWorkspaceTrust(() => this.asked && void measurements.refresh()));
    this.track(vscode.window.createTreeView('e2train.measurements', { treeDataProvider: this, showCollapseAll: true }));
    const register = (id: string, handler: (node: MeasurementNode) => Promise<void>) =>
      this.track(vscode.commands.registerCommand(id, (node: MeasurementNode) => handler(node).catch(showFailure)));
    register(commands.openMeasurement, (node) => open(node));
    register(commands.deleteMeasurement, (node) => this.delete(node));
  }

  async getChildren(node?: MeasurementNode): Promise<MeasurementNode[]> {
    if (node) return [...node.children];
    if (!this.asked) {
      this.asked = true;
      if (vscode.workspace.isTrusted) await this.measurements.refresh();
    }
    return this.measurements.all().map(measurementNode);
  }

  getTreeItem(node: MeasurementNode): vscode.TreeItem {
    const { id, fileId, label, description, icon, tooltip } = node;
    const isFile = id === fileId;
    const item = new vscode.TreeItem(label, isFile ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None);
    item.id = id;
    item.description = description;
    item.iconPath = new vscode.ThemeIcon(icon);
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: tooltip.replaceAll('\n', ', ') };
    item.contextValue = isFile ? 'measurement' : 'row';
    if (!isFile) item.command = { command: commands.openMeasurement, title: vscode.l10n.t('Open Measurement File'), arguments: [node] };
    return item;
  }

  private async delete(node: MeasurementNode): Promise<void> {
    const confirm = vscode.l10n.t('Delete');
    const question = vscode.l10n.t('Delete the measurement “{0}”?', node.label);
    const detail = vscode.l10n.t('Its figures in {0} go with it. This cannot be undone.', fileOf(node).fsPath);
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, confirm)) !== confirm) return;
    await vscode.workspace.fs.delete(fileOf(node));
    await this.measurements.refresh();
  }
}

async function open(node: MeasurementNode): Promise<void> {
  await vscode.window.showTextDocument(fileOf(node));
}

/** @throws Error with one sentence when there is no folder that measurements could lie in. */
function fileOf({ fileId }: MeasurementNode): vscode.Uri {
  const directory = workspaceDirectory();
  if (!directory) throw new Error(vscode.l10n.t('Open the folder first that the measurement lies in.'));
  return vscode.Uri.joinPath(vscode.Uri.file(directory), '.e2train', 'measurements', `${fileId}.json`);
}
