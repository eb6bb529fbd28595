import type * as vscode from 'vscode';

/** Characters of a document's lines, which are counted from 1; none beyond its end. */
export const lineLengths =
  (document: vscode.TextDocument) =>
  (line: number): number =>
    line <= document.lineCount ? document.lineAt(line - 1).text.length : 0;
