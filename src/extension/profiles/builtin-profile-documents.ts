import * as vscode from 'vscode';
import { findDeviceProfile } from '../../energy/device-profile';
import { Disposable } from '../disposable';

const scheme = 'e2train-profile';

/** Built-in profiles as documents to read, every coefficient with its source; they have no file that could be changed. */
export class BuiltinProfileDocuments extends Disposable implements vscode.TextDocumentContentProvider {
  constructor() {
    super();
    this.track(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
  }

  provideTextDocumentContent({ path }: vscode.Uri): string {
    return `${JSON.stringify(findDeviceProfile(path.slice(1, -'.json'.length)), undefined, 2)}\n`;
  }
}

export const builtinProfileUri = (name: string): vscode.Uri => vscode.Uri.from({ scheme, path: `/${name}.json` });
