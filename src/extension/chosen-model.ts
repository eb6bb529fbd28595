import * as vscode from 'vscode';
import type { Inspections } from './annotations/inspections';
import type { ModelArgument } from './lens-commands';

/** CodeLenses pass the model, the Explorer and the editor's title a file; the palette passes nothing and means the active editor. */
export function modelArgument(argument: unknown): ModelArgument | undefined {
  if (argument instanceof vscode.Uri) return { uri: argument };
  if (typeof argument === 'object' && argument !== null && 'uri' in argument) return argument as ModelArgument;
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === 'file' ? { uri } : undefined;
}

/**
 * The export that is meant: the file's only one, or the one that the person picks; undefined where nothing is picked.
 * @throws Error with one sentence when the file has no model.
 */
export async function chooseExport(inspections: Inspections, uri: vscode.Uri, question: string): Promise<string | undefined> {
  await vscode.workspace.openTextDocument(uri);
  const inspection = inspections.of(uri);
  const names = inspection?.models.map(({ exportName }) => exportName) ?? [];
  if (names.length === 0) {
    const reason = inspection?.problems[0]?.message;
    throw new Error(reason ?? vscode.l10n.t('No model was found in {0}: open the file and look at its first lines.', uri.fsPath));
  }
  if (names.length === 1) return names[0];
  return vscode.window.showQuickPick(names, { placeHolder: question });
}

/** The backend reads a model from disk: what the editor holds is saved first. False where it could not be. */
export async function saveModel(path: string): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
  return !document?.isDirty || document.save();
}
