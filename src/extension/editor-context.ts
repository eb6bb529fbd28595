import * as vscode from 'vscode';
import { withModel } from '../protocol/next-model';
import type { Inspections } from './annotations/inspections';
import { rememberedShape } from './annotations/remembered-shapes';
import type { Backend } from './backend/backend';
import { Disposable } from './disposable';
import type { RunList } from './runs/run-list';
import { followedModel } from './savers/follow-model';
import type { NextRun } from './settings/next-run';

/** Keeps what menus and the status bar ask of the present moment, and lets the next run follow the model that a person looks at. */
export class EditorContext extends Disposable {
  private readonly last = new Map<string, string>();

  constructor(
    private readonly inspections: Inspections,
    private readonly nextRun: NextRun,
    private readonly runs: RunList,
    private readonly backend: Backend,
    private readonly statusItems: readonly { showAtModelFile(atModelFile: boolean): void }[],
  ) {
    super();
    this.track(inspections.onDidChange(() => this.update()));
    this.track(vscode.window.onDidChangeActiveTextEditor(() => this.update()));
    this.track(runs.onDidChange(() => this.set('e2train.runLive', this.runs.live() !== undefined)));
    this.track(backend.onDidChangeState(() => this.set('e2train.backend', this.backend.state.kind)));
    this.update();
  }

  private update(): void {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const inspection = uri && this.inspections.of(uri);
    const atModelFile =
      uri !== undefined && inspection !== undefined && (inspection.models.length > 0 || this.inspections.problemsAt(uri).length > 0);
    this.set('e2train.modelFile', atModelFile);
    this.set(
      'e2train.modelFiles',
      Object.fromEntries(this.inspections.all().map((entry) => [entry.uri.toString(), entry.inspection.models.length > 0])),
    );
    // A panel or the output has the focus now and then; the file that was looked at stays what it was.
    if (uri) for (const item of this.statusItems) item.showAtModelFile(atModelFile);
    if (uri && inspection)
      this.follow(
        uri.fsPath,
        inspection.models.map(({ exportName }) => exportName),
      );
  }

  private follow(file: string, exportNames: readonly string[]): void {
    const { inputShapes } = this.inspections;
    const models = exportNames.map((exportName) => ({ file, exportName, inputShape: rememberedShape(inputShapes, file, exportName) }));
    const model = followedModel(this.nextRun.configuration, this.nextRun.hasChosenModel, models);
    if (model) void this.nextRun.configure(withModel(this.nextRun.configuration, model));
  }

  private set(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (this.last.get(key) === text) return;
    this.last.set(key, text);
    void vscode.commands.executeCommand('setContext', key, value);
  }
}
