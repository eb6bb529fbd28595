import * as vscode from 'vscode';
import { pageHtml } from './page-html';

/** Name of a page's bundle in `dist/webview`. */
export type PageName = 'dashboard' | 'savers';

export const pageFolder = (extension: vscode.Uri): vscode.Uri => vscode.Uri.joinPath(extension, 'dist', 'webview');

export function pageOptions(extension: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, enableForms: false, localResourceRoots: [pageFolder(extension)] };
}

export function renderPage(
  webview: vscode.Webview,
  extension: vscode.Uri,
  name: PageName,
  title: string,
  connect: readonly string[] = [],
): string {
  const address = (file: string) => webview.asWebviewUri(vscode.Uri.joinPath(pageFolder(extension), file)).toString();
  return pageHtml({
    title,
    language: vscode.env.language,
    cspSource: webview.cspSource,
    script: address(`${name}.js`),
    style: address(`${name}.css`),
    connect,
  });
}
