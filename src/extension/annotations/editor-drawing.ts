import * as vscode from 'vscode';
import { Disposable } from '../disposable';
import { onSettingChanged } from '../settings/settings';
import type { DocumentEstimate, Estimates } from './estimates';
import { isPlainEditor } from './plain-editors';

/** What is drawn into editors from the estimate of their document, anew whenever that, the editors or the settings change. */
export abstract class EditorDrawing extends Disposable {
  constructor(private readonly estimates: Estimates) {
    super();
    this.track(estimates.onDidChange(() => this.drawAll()));
    this.track(vscode.window.onDidChangeVisibleTextEditors(() => this.drawAll()));
    this.track(onSettingChanged('annotations', () => this.drawAll()));
  }

  /** @param estimate absent where nothing is to be shown. */
  protected abstract show(editor: vscode.TextEditor, estimate: DocumentEstimate | undefined): void;

  /** Whether the settings want it at all. */
  protected abstract isWanted(): boolean;

  protected drawAll(): void {
    for (const editor of vscode.window.visibleTextEditors) this.draw(editor);
  }

  protected draw(editor: vscode.TextEditor): void {
    const estimate = isPlainEditor(editor) && this.isWanted() ? this.estimates.of(editor.document.uri) : undefined;
    // While someone types, decorations move with the text; they are drawn anew when the text's own result is there.
    if (estimate && estimate.inspection.version !== editor.document.version) return;
    this.show(editor, estimate);
  }
}
