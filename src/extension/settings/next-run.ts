import * as vscode from 'vscode';
import type { RunConfiguration } from '../../protocol/configuration';
import { applyChanges, type ConfigurationChanges, changesBetween } from '../../protocol/configuration-changes';
import type { Log } from '../diagnostics/log';
import { Disposable } from '../disposable';
import { configurationFromSettings } from './run-settings';

const changesKey = 'e2train.nextRun';

/** The configuration of the next run: the settings, and over them what was changed in the Savers view for this workspace. */
export class NextRun extends Disposable {
  private readonly changed = this.track(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changed.event;
  private current: RunConfiguration;

  constructor(
    private readonly memory: vscode.Memento,
    private readonly log: Log,
  ) {
    super();
    this.current = this.read();
    this.track(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('e2train')) return;
        const before = JSON.stringify(this.current);
        this.current = this.read();
        if (JSON.stringify(this.current) !== before) this.changed.fire();
      }),
    );
  }

  get configuration(): RunConfiguration {
    return this.current;
  }

  /** Whether the model was chosen, and is not merely the one to begin with. */
  get hasChosenModel(): boolean {
    return 'model' in this.memory.get<ConfigurationChanges>(changesKey, {});
  }

  async configure(configuration: RunConfiguration): Promise<void> {
    if (JSON.stringify(configuration) === JSON.stringify(this.current)) return;
    this.current = configuration;
    this.changed.fire();
    await this.memory.update(changesKey, changesBetween(this.fromSettings(), configuration));
  }

  private read(): RunConfiguration {
    return applyChanges(this.fromSettings(), this.memory.get<ConfigurationChanges>(changesKey, {}));
  }

  private fromSettings(): RunConfiguration {
    const settings = vscode.workspace.getConfiguration('e2train');
    const { configuration, problems } = configurationFromSettings((name) => settings.get(name));
    for (const problem of problems) this.log.warn(problem);
    return configuration;
  }
}
