import * as vscode from 'vscode';
import type { InspectedModel, InspectionProblem, InspectionResult } from '../../protocol/inspection';
import type { Backend } from '../backend/backend';
import type { Log } from '../diagnostics/log';
import { Disposable } from '../disposable';
import type { PythonInterpreter } from '../python/python-interpreter';
import { mayHoldModel, mentionsLayers } from './model-file';
import { isWorthShowing } from './model-lenses';
import { isOnlyCompared, visibleTextEditors } from './plain-editors';
import { inspectWithShapes, type RememberedShapes, rememberShape } from './remembered-shapes';

/** What is known of one document. */
export interface Inspection {
  /** The document's version that the result belongs to. */
  readonly version: number;
  readonly models: readonly InspectedModel[];
  readonly problems: readonly InspectionProblem[];
  readonly dependencies: readonly string[];
}

const debounceMs = 300;
/** Loading PyTorch or TensorFlow for the first time can take minutes; the backend has limits of its own for the file. */
export const inspectionPatienceMs = 180_000;
const shapesKey = 'e2train.inputShapes';

/** Inspects the model files that are visible, again after each pause in typing, and holds the newest result of each. */
export class Inspections extends Disposable {
  private readonly results = new Map<string, Inspection>();
  private readonly lastModelLines = new Map<string, number>();
  /** Versions that are being inspected now. */
  private readonly underway = new Map<string, number>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly changed = this.track(new vscode.EventEmitter<vscode.Uri>());
  /** A document's result came, changed or went. */
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly backend: Backend,
    private readonly python: PythonInterpreter,
    private readonly memory: vscode.Memento,
    private readonly log: Log,
  ) {
    super();
    this.track(vscode.window.onDidChangeVisibleTextEditors(() => this.inspectVisible()));
    this.track(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => contentChanges.length > 0 && this.schedule(document)),
    );
    this.track(vscode.workspace.onDidSaveTextDocument((document) => this.inspectDependents(document)));
    this.track(vscode.workspace.onDidCloseTextDocument((document) => this.forget(document.uri)));
    this.track(vscode.workspace.onDidGrantWorkspaceTrust(() => this.inspectVisible()));
    this.track(backend.onDidChangeState(({ kind }) => kind === 'running' && this.inspectVisible()));
    this.track(python.onDidChange(() => this.refresh()));
    this.track({ dispose: () => this.cancelTimers() });
  }

  isCandidate(document: vscode.TextDocument): boolean {
    return mayHoldModel({ scheme: document.uri.scheme, languageId: document.languageId, text: document.getText() });
  }

  /** The result for the document's newest inspected version; absent where there is none, or it failed without a word to show. */
  of(uri: vscode.Uri): Inspection | undefined {
    return this.results.get(uri.toString());
  }

  all(): { uri: vscode.Uri; inspection: Inspection }[] {
    return [...this.results].map(([key, inspection]) => ({ uri: vscode.Uri.parse(key), inspection }));
  }

  /** Problems to show at the file: none of what other files merely build their models with. */
  problemsAt(uri: vscode.Uri): readonly InspectionProblem[] {
    const inspection = this.of(uri);
    if (!inspection) return [];
    const helpsOthers = this.all().some((other) => other.inspection.dependencies.includes(uri.fsPath));
    return inspection.problems.filter((problem) => isWorthShowing(problem, helpsOthers));
  }

  /** Where the document's first model last stood, also while the text is broken. */
  lastModelLine(uri: vscode.Uri): number | undefined {
    return this.lastModelLines.get(uri.toString());
  }

  inspectVisible(): void {
    for (const { document } of visibleTextEditors()) {
      const key = document.uri.toString();
      const newest = this.underway.get(key) ?? this.results.get(key)?.version;
      if (newest !== document.version) this.schedule(document, 0);
    }
  }

  /** Inspects again whatever is visible, changed or not. */
  refresh(): void {
    for (const { document } of visibleTextEditors()) this.schedule(document, 0);
  }

  get inputShapes(): RememberedShapes {
    return this.memory.get<RememberedShapes>(shapesKey, {});
  }

  async setInputShape(uri: vscode.Uri, exportName: string | undefined, shape: readonly number[]): Promise<void> {
    await this.memory.update(shapesKey, rememberShape(this.inputShapes, uri.fsPath, exportName, shape));
    const document = vscode.workspace.textDocuments.find((candidate) => candidate.uri.toString() === uri.toString());
    if (document) await this.inspect(document);
  }

  private schedule(document: vscode.TextDocument, delay = debounceMs): void {
    if (!vscode.workspace.isTrusted || document.uri.scheme !== 'file' || isOnlyCompared(document.uri)) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key);
        void this.inspect(document);
      }, delay),
    );
  }

  private async inspect(document: vscode.TextDocument): Promise<void> {
    if (document.isClosed || !this.isCandidate(document)) {
      this.forget(document.uri);
      return;
    }
    const { uri, version } = document;
    const text = document.getText();
    const file = uri.fsPath;
    const key = uri.toString();
    this.underway.set(key, version);
    try {
      const interpreter = await this.python.parameterFor(file);
      const result = await inspectWithShapes(this.inputShapes, file, (inputShape) =>
        // Always the editor's text: while a save is under way, the disk may hold an older one than a document that is no longer dirty.
        this.backend.request('inspect', { file, text, ...(inputShape ? { inputShape } : {}), ...interpreter }, inspectionPatienceMs),
      );
      // Someone typed on meanwhile: a newer inspection is on its way.
      if (this.disposed || document.isClosed || document.version !== version) return;
      this.keep(uri, version, result, mentionsLayers(text, document.languageId));
    } catch (error) {
      this.log.warn(`${file} could not be inspected: ${error instanceof Error ? error.message : error}`);
    } finally {
      if (this.underway.get(key) === version) this.underway.delete(key);
    }
  }

  private keep(
    uri: vscode.Uri,
    version: number,
    { models, problems, dependencies, milliseconds }: InspectionResult,
    tellProblems: boolean,
  ): void {
    const key = uri.toString();
    this.log.debug(`Inspected ${uri.fsPath}: ${models.length} models, ${problems.length} problems, ${Math.round(milliseconds)} ms.`);
    this.results.set(key, { version, models, problems: tellProblems || models.length > 0 ? problems : [], dependencies });
    const first = models.find(({ source }) => source.file === uri.fsPath);
    if (first) this.lastModelLines.set(key, first.source.line);
    this.changed.fire(uri);
  }

  private inspectDependents(saved: vscode.TextDocument): void {
    for (const document of vscode.workspace.textDocuments) {
      const inspection = document === saved ? undefined : this.of(document.uri);
      // A file with a problem may have waited for the saved one, which it then could not name as its dependency: it was not there.
      if (inspection && (inspection.problems.length > 0 || inspection.dependencies.includes(saved.uri.fsPath))) this.schedule(document, 0);
    }
  }

  private cancelTimers(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private forget(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
    this.lastModelLines.delete(key);
    if (this.results.delete(key)) this.changed.fire(uri);
  }
}
