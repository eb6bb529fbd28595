import * as vscode from 'vscode';
import { Disposable } from '../disposable';
import { onSettingChanged, readSetting } from '../settings/settings';
import type { Estimates } from './estimates';
import { lineTexts } from './line-texts';
import { isPlainEditor } from './plain-editors';

/** The muted text behind each line that makes layers, in style `endOfLine`. */
export class LineDecorations extends Disposable {
  private readonly type = this.track(
    vscode.window.createTextEditorDecorationType({
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen,
      after: {
        margin: '0 0 0 3ch',
        color: new vscode.ThemeColor('e2train.annotationForeground'),
        backgroundColor: new vscode.ThemeColor('e2train.annotationBackground'),
        fontStyle: 'normal',
        // The decoration API has no field for numerals of equal width; what follows this declaration joins the rule.
        textDecoration: 'none; font-variant-numeric: tabular-nums; white-space: pre;',
      },
    }),
  );

  constructor(private readonly estimates: Estimates) {
    super();
    this.track(estimates.onDidChange(() => this.drawAll()));
    this.track(vscode.window.onDidChangeVisibleTextEditors(() => this.drawAll()));
    this.track(onSettingChanged('annotations', () => this.drawAll()));
    this.track(
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (readSetting('annotations.scope') === 'activeLine') this.draw(textEditor);
      }),
    );
    this.drawAll();
  }

  private drawAll(): void {
    for (const editor of vscode.window.visibleTextEditors) this.draw(editor);
  }

  private draw(editor: vscode.TextEditor): void {
    const estimate =
      isPlainEditor(editor) && readSetting('annotations.style') === 'endOfLine' ? this.estimates.of(editor.document.uri) : undefined;
    // While someone types, decorations move with the text; they are drawn anew when the text's own result is there.
    if (estimate && estimate.inspection.version !== editor.document.version) return;
    const activeLine = readSetting('annotations.scope') === 'activeLine' ? editor.selection.active.line + 1 : undefined;
    const lines = (estimate ? lineTexts(estimate) : []).filter(
      ({ line }) => line <= editor.document.lineCount && (activeLine ?? line) === line,
    );
    editor.setDecorations(
      this.type,
      lines.map(({ line, text }) => {
        const end = editor.document.lineAt(line - 1).range.end;
        return { range: new vscode.Range(end, end), renderOptions: { after: { contentText: text } } };
      }),
    );
  }
}
