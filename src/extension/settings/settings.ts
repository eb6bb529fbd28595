import * as vscode from 'vscode';

/** Settings that are not defaults of a run; those are in run-settings.ts. */
export interface Settings {
  'annotations.style': 'endOfLine' | 'inlayHint' | 'off';
  'annotations.scope': 'allLayers' | 'activeLine';
  'annotations.heat': boolean;
  'inspection.timeoutSeconds': number;
  'inspection.memoryMB': number;
  /** Empty: python3 or python on the PATH. */
  python: string;
  'dashboard.connection': 'auto' | 'relay';
  'dashboard.openOnStart': boolean;
}

const section = 'e2train';

/** The setting's value; package.json holds its default. */
export function readSetting<Name extends keyof Settings>(name: Name): Settings[Name] {
  return vscode.workspace.getConfiguration(section).get(name) as Settings[Name];
}

export async function writeSetting<Name extends keyof Settings>(name: Name, value: Settings[Name]): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section);
  const inWorkspace = configuration.inspect(name)?.workspaceValue !== undefined;
  await configuration.update(name, value, inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global);
}

/** Calls back when the setting, or one below it, changed. */
export function onSettingChanged(name: string, listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${section}.${name}`)) listener();
  });
}
