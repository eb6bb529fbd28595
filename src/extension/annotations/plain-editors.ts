import * as vscode from 'vscode';

/** Editors that show a document by itself: annotations stay out of comparisons and merges. */

/** The visible editors whose tab is the document's own. */
export function visibleTextEditors(): vscode.TextEditor[] {
  return vscode.window.visibleTextEditors.filter(isPlainEditor);
}

export function isPlainEditor(editor: vscode.TextEditor): boolean {
  // An editor within a comparison has no column of its own, and its group's active tab is the comparison's.
  if (editor.document.uri.scheme !== 'file' || editor.viewColumn === undefined) return false;
  const tab = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn === editor.viewColumn)?.activeTab;
  return !tab || tab.input instanceof vscode.TabInputText;
}

/** Whether all visible tabs of the document are comparisons or merges. */
export function isOnlyCompared(uri: vscode.Uri): boolean {
  const editors = vscode.window.visibleTextEditors.filter(({ document }) => document.uri.toString() === uri.toString());
  return editors.length > 0 && !editors.some(isPlainEditor);
}
