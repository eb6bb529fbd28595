import * as vscode from 'vscode';
import type { Estimates } from '../annotations/estimates';
import { commands } from '../commands';
import { Disposable } from '../disposable';
import type { LineArgument, ModelArgument } from '../lens-commands';
import { type LayerNode, modelNode, problemNode, unestimatedNode } from './layer-nodes';

const revealPauseMs = 500;

/** The Layers view: the editor's figures for keyboard and screen reader. */
export class LayersView extends Disposable implements vscode.TreeDataProvider<LayerNode> {
  private readonly changed = this.track(new vscode.EventEmitter<void>());
  readonly onDidChangeTreeData = this.changed.event;
  private readonly view: vscode.TreeView<LayerNode>;
  private readonly parents = new Map<string, LayerNode>();
  private roots?: LayerNode[];

  constructor(private readonly estimates: Estimates) {
    super();
    this.track(
      estimates.onDidChange(() => {
        this.roots = undefined;
        this.changed.fire();
      }),
    );
    this.view = this.track(vscode.window.createTreeView('e2train.layers', { treeDataProvider: this, showCollapseAll: true }));
  }

  getChildren(node?: LayerNode): LayerNode[] {
    return node ? [...node.children] : this.models();
  }

  getParent(node: LayerNode): LayerNode | undefined {
    return this.parents.get(node.id);
  }

  getTreeItem({ id, label, description, icon, accessibilityLabel, children, target, asksShapeOf }: LayerNode): vscode.TreeItem {
    const item = new vscode.TreeItem(label, itemState(children.length, this.parents.has(id)));
    item.id = id;
    item.description = description;
    item.iconPath = new vscode.ThemeIcon(icon);
    item.tooltip = `${label}: ${description}`;
    item.accessibilityInformation = { label: accessibilityLabel };
    if (asksShapeOf) {
      const argument: ModelArgument = { uri: vscode.Uri.file(id.slice(0, id.lastIndexOf('#'))), ...withoutUndefined(asksShapeOf) };
      item.command = { command: commands.setInputShape, title: vscode.l10n.t('Set input shape…'), arguments: [argument] };
    } else if (target) {
      const argument: LineArgument = { uri: vscode.Uri.file(target.file), line: target.line };
      item.command = { command: commands.showLine, title: vscode.l10n.t('Go to the line'), arguments: [argument] };
    }
    return item;
  }

  /** Brings the model's rows into view. */
  async reveal({ uri, exportName }: ModelArgument): Promise<void> {
    await vscode.commands.executeCommand('e2train.layers.focus');
    const prefix = exportName ? `${uri.fsPath}#${exportName}` : `${uri.fsPath}#`;
    const node = () => this.models().find(({ id }) => (exportName ? id === prefix : id.startsWith(prefix)));
    const show = async () => {
      const found = node();
      if (found) await this.view.reveal(found, { expand: true, focus: true, select: true });
    };
    // A view that was never open, or is just filled anew, does not know its rows for a moment.
    await show().catch(async () => {
      await new Promise((resolve) => setTimeout(resolve, revealPauseMs));
      await show().catch(() => {});
    });
  }

  private models(): LayerNode[] {
    this.roots ??= this.estimates
      .all()
      .flatMap(({ uri, estimate }) => [
        ...(estimate.missing
          ? estimate.inspection.models.map((model) => unestimatedNode(uri.fsPath, model, estimate.missing!.reason))
          : estimate.models.map((model) => modelNode(uri.fsPath, model))),
        ...estimate.inspection.problems.map((problem, index) => problemNode(uri.fsPath, problem, index)),
      ]);
    this.parents.clear();
    for (const root of this.roots) this.rememberParents(root);
    return this.roots;
  }

  private rememberParents(node: LayerNode): void {
    for (const child of node.children) {
      this.parents.set(child.id, node);
      this.rememberParents(child);
    }
  }
}

function itemState(children: number, hasParent: boolean): vscode.TreeItemCollapsibleState {
  if (children === 0) return vscode.TreeItemCollapsibleState.None;
  return hasParent ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.Expanded;
}

const withoutUndefined = ({ exportName }: { exportName: string | undefined }) => (exportName === undefined ? {} : { exportName });
