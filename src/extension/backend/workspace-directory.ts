import * as vscode from 'vscode';
import { folderOfFile } from './folder-of-file';

/** Where runs are kept: the first workspace folder, or where a single file is open, that file's folder. */
export function workspaceDirectory(): string | undefined {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  if (folder) return folder.uri.fsPath;
  const document = vscode.window.activeTextEditor?.document ?? vscode.window.visibleTextEditors[0]?.document;
  return document?.uri.scheme === 'file' ? folderOfFile(document.uri.fsPath) : undefined;
}
