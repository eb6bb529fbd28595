import * as vscode from 'vscode';
import { findDeviceProfile, noOwnProfiles } from '../../energy/device-profile';
import type { DeviceProfile, ProfileCollection } from '../../protocol/device-profile';
import { OwnProfiles } from '../../runs/own-profiles';
import { workspaceDirectory } from '../backend/workspace-directory';
import { Disposable } from '../disposable';

/** An editor may write a file in several steps: it is read behind the last of them. */
const settleMs = 100;

/** A folder that comes or goes with all that is in it is told by its own name alone. */
const profileFiles = '**/{.e2train,.e2train/profiles,.e2train/profiles/*.json}';

/**
 * The device profiles that this window knows: built-in ones, and those of the workspace, read anew whenever their files change. In a workspace
 * that is not trusted nothing of it is read.
 */
export class DeviceProfiles extends Disposable {
  private collection = noOwnProfiles;
  /** Absent where there is no folder to keep them in, or none that is trusted. */
  private files?: OwnProfiles;
  private readonly changed = this.track(new vscode.EventEmitter<void>());
  readonly onDidChange = this.changed.event;
  private timer?: NodeJS.Timeout;

  constructor() {
    super();
    const watcher = this.track(vscode.workspace.createFileSystemWatcher(profileFiles));
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) this.track(event(() => this.readSoon()));
    // A watcher can miss what happens in a folder that has just come, and sees nothing where a single file is open.
    this.track(vscode.window.onDidChangeWindowState(({ focused }) => focused && this.readSoon()));
    this.track(vscode.window.onDidChangeActiveTextEditor(() => vscode.workspace.workspaceFolders === undefined && this.readSoon()));
    this.track(vscode.workspace.onDidChangeWorkspaceFolders(() => this.readSoon()));
    this.track(vscode.workspace.onDidGrantWorkspaceTrust(() => this.refresh()));
    this.track({ dispose: () => clearTimeout(this.timer) });
    this.refresh();
  }

  /** The person's own. A profile whose file did not change stays the same object, by which estimates are remembered. */
  get own(): ProfileCollection {
    return this.collection;
  }

  /** @throws RangeError with one sentence when there is no such profile, or its file cannot be used. */
  find(name: string): DeviceProfile {
    return findDeviceProfile(name, this.collection);
  }

  /** Why there is no estimate with the profile, in one sentence; undefined where there can be one. */
  obstacle(name: string): string | undefined {
    try {
      this.find(name);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** Where a file of `own` lies. */
  uriOf(file: string): vscode.Uri {
    return vscode.Uri.file(this.files?.pathOf(file) ?? file);
  }

  /** Whether there is a folder that a new one could be kept in. */
  get canAdd(): boolean {
    return this.files !== undefined;
  }

  /**
   * Keeps a new profile in the workspace.
   * @returns its file.
   * @throws Error with one sentence when there is no folder, or one of that name, or it cannot be written.
   */
  add(profile: DeviceProfile): vscode.Uri {
    if (!this.files) throw new Error(vscode.l10n.t('Open a folder first: profiles are kept in it.'));
    const file = this.files.add(profile);
    this.refresh();
    return vscode.Uri.file(file);
  }

  /** Reads all files now. */
  refresh(): void {
    const directory = workspaceDirectory();
    // Where single files are open there is no folder while a panel has the focus: the last one stays.
    if (vscode.workspace.isTrusted && directory !== undefined) this.files = new OwnProfiles(directory);
    const read = this.files?.read() ?? noOwnProfiles;
    if (JSON.stringify(read) === JSON.stringify(this.collection)) return;
    this.collection = { ...read, profiles: read.profiles.map((own) => this.unchanged(own) ?? own) };
    this.changed.fire();
  }

  private unchanged(own: ProfileCollection['profiles'][number]) {
    const text = JSON.stringify(own);
    return this.collection.profiles.find((before) => JSON.stringify(before) === text);
  }

  private readSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), settleMs);
  }
}
