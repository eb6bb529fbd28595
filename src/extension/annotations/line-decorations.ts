import * as vscode from 'vscode';
import { readSetting } from '../settings/settings';
import { EditorDrawing } from './editor-drawing';
import type { DocumentEstimate, Estimates } from './estimates';
import { lineLengths } from './line-lengths';
import { lineTexts } from './line-texts';

/** The muted text behind each line that makes layers, in style `endOfLine`. */
export class LineDecorations extends EditorDrawing {
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

  constructor(estimates: Estimates) {
    super(estimates);
    this.track(
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
        if (readSetting('annotations.scope') === 'activeLine') this.draw(textEditor);
      }),
    );
    this.drawAll();
  }

  protected isWanted(): boolean {
    return readSetting('annotations.style') === 'endOfLine';
  }

  protected show(editor: vscode.TextEditor, estimate: DocumentEstimate | undefined): void {
    const activeLine = readSetting('annotations.scope') === 'activeLine' ? editor.selection.active.line + 1 : undefined;
    const { document } = editor;
    const texts = estimate ? lineTexts(estimate, lineLengths(document)) : [];
    const lines = texts.filter(({ line }) => line <= document.lineCount && (activeLine ?? line) === line);
    editor.setDecorations(
      this.type,
      lines.map(({ line, text }) => {
        const end = document.lineAt(line - 1).range.end;
        return { range: new vscode.Range(end, end), renderOptions: { after: { contentText: text } } };
      }),
    );
  }
}
