import * as vscode from 'vscode';
import type { RunSummary } from '../../protocol/runs';
import { commands } from '../commands';
import { Disposable } from '../disposable';
import { runItem } from './run-item';
import type { RunList } from './run-list';

/** The Runs view: what a run is and how it stands, in one row each. */
export class RunsView extends Disposable implements vscode.TreeDataProvider<string> {
  private readonly changed = this.track(new vscode.EventEmitter<string | undefined>());
  readonly onDidChangeTreeData = this.changed.event;
  private asked = false;
  /** Rows as they were last shown, by run. */
  private shown = new Map<string, string>();

  constructor(private readonly runs: RunList) {
    super();
    this.track(runs.onDidChange(() => this.refresh()));
    this.track(vscode.workspace.onDidGrantWorkspaceTrust(() => this.asked && void runs.refresh()));
    this.track(vscode.window.createTreeView('e2train.runs', { treeDataProvider: this }));
  }

  /** Draws anew only the rows that changed: figures come often, and a row that is replaced under the mouse misses its click. */
  private refresh(): void {
    const rows = new Map(this.runs.all().map((summary) => [summary.run.id, JSON.stringify(runItem(summary))]));
    const before = this.shown;
    this.shown = rows;
    if ([...rows.keys()].join() !== [...before.keys()].join()) this.changed.fire(undefined);
    else for (const [runId, row] of rows) if (before.get(runId) !== row) this.changed.fire(runId);
  }

  async getChildren(runId?: string): Promise<string[]> {
    if (runId) return [];
    if (!this.asked) {
      this.asked = true;
      if (vscode.workspace.isTrusted) await this.runs.refresh();
    }
    return this.runs.all().map(({ run }) => run.id);
  }

  getTreeItem(runId: string): vscode.TreeItem {
    const summary = this.runs.get(runId);
    return summary ? treeItem(summary) : new vscode.TreeItem(runId);
  }
}

function treeItem(summary: RunSummary): vscode.TreeItem {
  const { label, description, icon, iconColor, contextValue, tooltip, accessibilityLabel } = runItem(summary);
  const item = new vscode.TreeItem(label);
  item.id = summary.run.id;
  item.description = description;
  item.iconPath = new vscode.ThemeIcon(icon, iconColor ? new vscode.ThemeColor(iconColor) : undefined);
  item.contextValue = contextValue;
  item.tooltip = new vscode.MarkdownString(tooltip);
  item.accessibilityInformation = { label: accessibilityLabel };
  item.command = { command: commands.openDashboard, title: vscode.l10n.t('Open Dashboard'), arguments: [summary.run.id] };
  return item;
}
