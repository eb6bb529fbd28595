import * as vscode from 'vscode';
import type { Log } from '../diagnostics/log';
import { Disposable } from '../disposable';
import { onSettingChanged, readSetting } from '../settings/settings';

/** What is used here of the Python extension's API (`ms-python.python`). */
interface PythonEnvironments {
  getActiveEnvironmentPath(resource?: vscode.Uri): { readonly path: string };
  resolveEnvironment(environment: { readonly path: string }): Promise<{ readonly executable: { readonly uri?: vscode.Uri } } | undefined>;
  readonly onDidChangeActiveEnvironmentPath: vscode.Event<unknown>;
}

const extensionId = 'ms-python.python';

/** The interpreter that runs Python model files: the one chosen in the Python extension, else that of the setting, else the system's. */
export class PythonInterpreter extends Disposable {
  private readonly changed = this.track(new vscode.EventEmitter<void>());
  /** Another interpreter was chosen. */
  readonly onDidChange = this.changed.event;
  private environments?: Promise<PythonEnvironments | undefined>;

  constructor(private readonly log: Log) {
    super();
    this.track(onSettingChanged('python', () => this.changed.fire()));
    this.track(
      vscode.extensions.onDidChange(() => {
        delete this.environments;
      }),
    );
  }

  /** For requests to the backend about a file: nothing for a file of another language, or where the system's interpreter will do. */
  async parameterFor(file: string): Promise<{ python?: string }> {
    if (!file.toLowerCase().endsWith('.py')) return {};
    const python = (await this.chosen(vscode.Uri.file(file))) ?? readSetting('python');
    return python ? { python } : {};
  }

  private async chosen(file: vscode.Uri): Promise<string | undefined> {
    this.environments ??= this.connect();
    const environments = await this.environments;
    if (!environments) return undefined;
    const active = environments.getActiveEnvironmentPath(file);
    const resolved = await environments.resolveEnvironment(active).catch(() => undefined);
    return resolved?.executable.uri?.fsPath;
  }

  private async connect(): Promise<PythonEnvironments | undefined> {
    const extension = vscode.extensions.getExtension<{ readonly environments?: PythonEnvironments }>(extensionId);
    if (!extension) return undefined;
    try {
      const { environments } = await extension.activate();
      if (environments) this.track(environments.onDidChangeActiveEnvironmentPath(() => this.changed.fire()));
      return environments;
    } catch (error) {
      this.log.warn(`The Python extension does not start: ${error instanceof Error ? error.message : error}`);
      return undefined;
    }
  }
}
