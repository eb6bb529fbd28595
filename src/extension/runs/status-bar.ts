import * as vscode from 'vscode';
import type { Backend } from '../backend/backend';
import { commands } from '../commands';
import { Disposable } from '../disposable';
import type { DeviceProfiles } from '../profiles/device-profiles';
import type { NextRun } from '../settings/next-run';
import type { RunList } from './run-list';
import { failedStatus, idleStatus, liveStatus, type StatusText } from './status-text';

/** The one status bar item: progress while training, the device profile at model files, and a broken backend. */
export class StatusBar extends Disposable {
  private readonly item = this.track(vscode.window.createStatusBarItem('e2train.status', vscode.StatusBarAlignment.Right, 80));
  private atModelFile = false;

  constructor(
    private readonly runs: RunList,
    private readonly nextRun: NextRun,
    private readonly backend: Backend,
    private readonly profiles: DeviceProfiles,
  ) {
    super();
    this.item.name = 'E2-Train';
    this.track(runs.onDidChange(() => this.update()));
    this.track(nextRun.onDidChange(() => this.update()));
    this.track(profiles.onDidChange(() => this.update()));
    this.track(backend.onDidChangeState(() => this.update()));
  }

  /** Whether the active editor shows a model file. */
  showAtModelFile(atModelFile: boolean): void {
    this.atModelFile = atModelFile;
    this.update();
  }

  private update(): void {
    const live = this.runs.live();
    const { state } = this.backend;
    if (live) this.show(liveStatus(live), { command: commands.openDashboard, title: '', arguments: [live.run.id] });
    else if (state.kind === 'failed') this.show(failedStatus(state.message), { command: commands.restartBackend, title: '' });
    else if (this.atModelFile) {
      const { deviceProfile } = this.nextRun.configuration;
      this.show(idleStatus(deviceProfile, this.profiles.obstacle(deviceProfile)), { command: commands.chooseDeviceProfile, title: '' });
    } else this.item.hide();
  }

  private show({ text, tooltip, accessibilityLabel }: StatusText, command: vscode.Command): void {
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: accessibilityLabel };
    this.item.command = command;
    this.item.show();
  }
}
