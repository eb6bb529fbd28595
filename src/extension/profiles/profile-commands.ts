import * as vscode from 'vscode';
import { commands } from '../commands';
import { Disposable } from '../disposable';
import { showFailure } from '../runs/run-commands';
import type { NextRun } from '../settings/next-run';
import type { DeviceProfiles } from './device-profiles';
import { type ProfileChoice, profileChoices } from './profile-choices';
import { rangeOf } from './profile-diagnostics';

/** Chooses the device profile of the estimates and of the next run, and opens those that are a person's own. */
export class ProfileCommands extends Disposable {
  constructor(
    private readonly profiles: DeviceProfiles,
    private readonly nextRun: NextRun,
  ) {
    super();
    const register = (id: string, handler: () => Promise<void>) =>
      this.track(vscode.commands.registerCommand(id, () => handler().catch(showFailure)));
    register(commands.chooseDeviceProfile, () => this.choose());
    register(commands.showDeviceProfile, () => this.show());
  }

  private async choose(): Promise<void> {
    const { configuration } = this.nextRun;
    const choices = profileChoices(this.profiles.own, configuration.deviceProfile);
    const items = choices.map((choice) => ({
      label: choice.problem === undefined ? choice.name : `$(warning) ${choice.name}`,
      description: choice.remark,
      detail: choice.problem ?? choice.text,
      choice,
    }));
    const chosen = await vscode.window.showQuickPick(items, {
      placeHolder: vscode.l10n.t('Device profile of the energy estimates'),
      matchOnDescription: true,
      matchOnDetail: true,
    });
    if (chosen) await this.take(chosen.choice);
  }

  private async take({ name, file, problem }: ProfileChoice): Promise<void> {
    if (file !== undefined && problem !== undefined) await this.open(file);
    else if (problem === undefined) await this.nextRun.configure({ ...this.nextRun.configuration, deviceProfile: name });
  }

  private async show(): Promise<void> {
    const problem = this.profiles.problemOf(this.nextRun.configuration.deviceProfile);
    if (problem) await this.open(problem.file);
    else await this.choose();
  }

  /** Opens a profile's file, at what is wrong with it. */
  private async open(file: string): Promise<void> {
    const uri = this.profiles.uriOf(file);
    const problem = this.profiles.own.problems.find((candidate) => candidate.file === file);
    await vscode.window.showTextDocument(uri, problem ? { selection: await rangeOf(uri, problem) } : {});
  }
}
