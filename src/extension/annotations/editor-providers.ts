import * as vscode from 'vscode';
import { Disposable } from '../disposable';
import { commandOfLens } from '../lens-commands';
import { onSettingChanged, readSetting } from '../settings/settings';
import type { Estimates } from './estimates';
import type { Inspections } from './inspections';
import { lineLengths } from './line-lengths';
import { type LineText, lineTexts } from './line-texts';
import { modelDocuments } from './model-file';
import { modelLenses, problemLens, unestimatedLenses, untrustedLens } from './model-lenses';
import { isOnlyCompared } from './plain-editors';

/** Inspection, settings and measurements of a file come in a burst when it is opened: the editor is told once, behind the last of them. */
const settleMs = 100;

/** Hovers, inlay hints and CodeLenses of model files. */
export class EditorProviders extends Disposable {
  private readonly changed = this.track(new vscode.EventEmitter<void>());
  private settling?: NodeJS.Timeout;

  constructor(
    private readonly inspections: Inspections,
    private readonly estimates: Estimates,
  ) {
    super();
    this.track(estimates.onDidChange(() => this.changeSoon()));
    this.track(onSettingChanged('annotations', () => this.changeSoon()));
    this.track(vscode.workspace.onDidGrantWorkspaceTrust(() => this.changeSoon()));
    this.track({ dispose: () => clearTimeout(this.settling) });
    this.track(
      vscode.languages.registerHoverProvider(modelDocuments, { provideHover: (document, position) => this.hover(document, position) }),
    );
    this.track(
      vscode.languages.registerInlayHintsProvider(modelDocuments, {
        onDidChangeInlayHints: this.changed.event,
        provideInlayHints: (document, range) => this.inlayHints(document, range),
      }),
    );
    this.track(
      vscode.languages.registerCodeLensProvider(modelDocuments, {
        onDidChangeCodeLenses: this.changed.event,
        provideCodeLenses: (document) => this.lenses(document),
      }),
    );
  }

  private changeSoon(): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.changed.fire(), settleMs);
  }

  private lineAt(document: vscode.TextDocument, line: number): LineText | undefined {
    const estimate = this.estimates.of(document.uri);
    if (!estimate || estimate.inspection.version !== document.version || readSetting('annotations.style') === 'off') return undefined;
    return lineTexts(estimate, lineLengths(document)).find((annotated) => annotated.line === line);
  }

  private hover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const line = this.lineAt(document, position.line + 1);
    if (!line) return undefined;
    const text = new vscode.MarkdownString(line.hover());
    text.isTrusted = false;
    return new vscode.Hover(text, document.lineAt(position.line).range);
  }

  private inlayHints(document: vscode.TextDocument, range: vscode.Range): vscode.InlayHint[] {
    if (readSetting('annotations.style') !== 'inlayHint' || isOnlyCompared(document.uri)) return [];
    const estimate = this.estimates.of(document.uri);
    if (estimate?.inspection.version !== document.version) return [];
    const activeLine =
      readSetting('annotations.scope') === 'activeLine' ? vscode.window.activeTextEditor?.selection.active.line : undefined;
    return lineTexts(estimate, lineLengths(document))
      .filter(({ line }) => line - 1 >= range.start.line && line - 1 <= range.end.line && (activeLine ?? line - 1) === line - 1)
      .map(({ line, text, label }) => {
        const hint = new vscode.InlayHint(document.lineAt(line - 1).range.end, text);
        hint.paddingLeft = true;
        hint.tooltip = label;
        return hint;
      });
  }

  private lenses(document: vscode.TextDocument): vscode.CodeLens[] {
    if (!this.inspections.isCandidate(document)) return [];
    const file = document.uri.fsPath;
    if (!vscode.workspace.isTrusted) return [untrustedLens()].map((lens) => this.lens(document, lens));
    const estimate = this.estimates.of(document.uri);
    if (!estimate) return [];
    const { inspection, models, missing } = estimate;
    const lenses = missing
      ? inspection.models.flatMap((model) => unestimatedLenses(file, model, missing.reason))
      : models.flatMap((model) => modelLenses(file, model));
    const [problem] = this.inspections.problemsAt(document.uri);
    if (problem)
      lenses.push(problemLens(file, problem, inspection.models.length > 0 ? undefined : this.inspections.lastModelLine(document.uri)));
    return lenses.map((lens) => this.lens(document, lens));
  }

  private lens(document: vscode.TextDocument, { line, title, tooltip, action }: ReturnType<typeof untrustedLens>): vscode.CodeLens {
    const at = new vscode.Position(Math.min(line, document.lineCount) - 1, 0);
    return new vscode.CodeLens(new vscode.Range(at, at), { title, tooltip, ...commandOfLens(document.uri, action) });
  }
}
