import * as vscode from 'vscode';
import { commands } from '../commands';
import { Disposable } from '../disposable';
import { showFailure } from '../runs/run-commands';
import type { NextRun } from '../settings/next-run';
import { builtinProfileUri } from './builtin-profile-documents';
import type { DeviceProfiles } from './device-profiles';
import { obstacleToName, type ProfileChoice, profileChoices } from './profile-choices';
import { rangeOf } from './profile-diagnostics';
import { pickProfile, profileItem } from './profile-picker';

/** Chooses the device profile of the estimates and of the next run, opens profiles, and makes a person's own from others. */
export class ProfileCommands extends Disposable {
  constructor(
    private readonly profiles: DeviceProfiles,
    private readonly nextRun: NextRun,
  ) {
    super();
    const register = (id: string, handler: () => Promise<void>) =>
      this.track(vscode.commands.registerCommand(id, () => handler().catch(showFailure)));
    register(commands.chooseDeviceProfile, () => this.choose());
    register(commands.makeDeviceProfile, () => this.make(undefined));
    register(commands.showDeviceProfile, () => this.show());
  }

  private async choose(): Promise<void> {
    const answer = await pickProfile(this.choices(), this.profiles.canAdd);
    if (answer?.kind === 'use') await this.use(answer.choice.name);
    else if (answer?.kind === 'open') await this.open(answer.choice);
    else if (answer?.kind === 'make') await this.make(answer.from);
  }

  /** Copies a profile into the workspace, opens the copy and estimates by it. */
  private async make(from: ProfileChoice | undefined): Promise<void> {
    const base = from ?? (await this.askBase());
    if (!base) return;
    const name = await vscode.window.showInputBox({
      title: vscode.l10n.t('A device profile from {0}', base.name),
      prompt: vscode.l10n.t('Its name; it will be .e2train/profiles/NAME.json'),
      value: `my-${base.name}`,
      validateInput: (text) => obstacleToName(text, this.choices()),
    });
    if (name === undefined) return;
    const uri = this.profiles.add({ ...this.profiles.find(base.name), name });
    await this.use(name);
    const { start, end } = await rangeOf(uri, { path: ['description'] });
    // What a person will change first: the copy still says what the original is.
    const selection = new vscode.Range(start.translate(0, '"description": "'.length), end.translate(0, -1));
    await vscode.window.showTextDocument(uri, { selection });
  }

  private async askBase(): Promise<ProfileChoice | undefined> {
    const items = this.choices()
      .filter(({ usable }) => usable)
      .map((choice) => ({ ...profileItem(choice), choice }));
    const chosen = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Make a device profile from which one?') });
    return chosen?.choice;
  }

  private async use(name: string): Promise<void> {
    await this.nextRun.configure({ ...this.nextRun.configuration, deviceProfile: name });
  }

  /** Leads to what is wrong with the chosen profile, or where it is not there to another one. */
  private async show(): Promise<void> {
    const { deviceProfile } = this.nextRun.configuration;
    const broken = this.choices().find(({ name, usable }) => name === deviceProfile && !usable);
    if (broken) await this.open(broken);
    else await this.choose();
  }

  /** Opens a profile, at what is wrong with it. */
  private async open({ name, file }: ProfileChoice): Promise<void> {
    const uri = file === undefined ? builtinProfileUri(name) : this.profiles.uriOf(file);
    const problem = this.profiles.own.problems.find((candidate) => candidate.file === file);
    await vscode.window.showTextDocument(uri, problem ? { selection: await rangeOf(uri, problem) } : {});
  }

  private choices(): ProfileChoice[] {
    return profileChoices(this.profiles.own, this.nextRun.configuration.deviceProfile);
  }
}
