import * as vscode from 'vscode';
import type { ProfileProblem } from '../../protocol/device-profile';
import { Disposable } from '../disposable';
import type { DeviceProfiles } from './device-profiles';
import { placeInJson } from './json-place';

/** What is wrong with a person's profile files, at the field and in the Problems view. */
export class ProfileDiagnostics extends Disposable {
  private readonly collection = this.track(vscode.languages.createDiagnosticCollection('e2train profiles'));

  constructor(private readonly profiles: DeviceProfiles) {
    super();
    this.track(profiles.onDidChange(() => void this.show()));
    void this.show();
  }

  private async show(): Promise<void> {
    const { problems } = this.profiles.own;
    const shown = problems.map(async (problem): Promise<[vscode.Uri, vscode.Diagnostic[]]> => {
      const uri = this.profiles.uriOf(problem.file);
      return [uri, [diagnostic(problem, await rangeOf(uri, problem))]];
    });
    const entries = await Promise.all(shown);
    // Read again meanwhile: what comes behind this shows it.
    if (problems !== this.profiles.own.problems || this.disposed) return;
    this.collection.clear();
    this.collection.set(entries);
  }
}

/** The field's place in the file; its beginning where the file cannot be read. */
export async function rangeOf(uri: vscode.Uri, { path }: Pick<ProfileProblem, 'path'>): Promise<vscode.Range> {
  try {
    // From disk, as the problem is; a document may still hold what was there before.
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    const { start, end } = placeInJson(text, path ?? []);
    return new vscode.Range(positionAt(text, start), positionAt(text, end));
  } catch {
    return new vscode.Range(0, 0, 0, 1);
  }
}

function positionAt(text: string, offset: number): vscode.Position {
  const before = text.slice(0, offset).split('\n');
  return new vscode.Position(before.length - 1, before.at(-1)!.length);
}

function diagnostic({ message }: ProfileProblem, range: vscode.Range): vscode.Diagnostic {
  const shown = new vscode.Diagnostic(range, message, vscode.DiagnosticSeverity.Error);
  shown.source = 'E2-Train';
  return shown;
}
