import * as vscode from 'vscode';
import { readSetting } from '../settings/settings';
import { EditorDrawing } from './editor-drawing';
import type { DocumentEstimate, Estimates } from './estimates';
import { type Heat, heatOf, shareOf } from './heat';

/** A bar in the gutter of each line that makes layers, in proportion to the line's share of its model's energy. */
export class HeatBars extends EditorDrawing {
  /** By length and colour of their bars. */
  private readonly types = new Map<string, vscode.TextEditorDecorationType>();

  constructor(estimates: Estimates) {
    super(estimates);
    this.drawAll();
  }

  protected isWanted(): boolean {
    return readSetting('annotations.heat') && readSetting('annotations.style') !== 'off';
  }

  protected show(editor: vscode.TextEditor, estimate: DocumentEstimate | undefined): void {
    const ranges = new Map<vscode.TextEditorDecorationType, vscode.Range[]>();
    const lines = estimate?.lines ?? [];
    const most = Math.max(0, ...lines.map(shareOf));
    for (const line of lines) {
      if (line.line > editor.document.lineCount) continue;
      const type = this.typeOf(heatOf(shareOf(line), most));
      ranges.set(type, [...(ranges.get(type) ?? []), editor.document.lineAt(line.line - 1).range]);
    }
    for (const type of this.types.values()) editor.setDecorations(type, ranges.get(type) ?? []);
  }

  private typeOf(heat: Heat): vscode.TextEditorDecorationType {
    const key = JSON.stringify(heat);
    const known = this.types.get(key);
    if (known) return known;
    const type = this.track(vscode.window.createTextEditorDecorationType(barStyle(heat)));
    this.types.set(key, type);
    return type;
  }
}

/** Per cent of the gutter's width; below a tenth a bar could not be seen. */
const widthOf = (twentieths: number): number => Math.max(10, twentieths * 4);

const emptyPicture = vscode.Uri.parse("data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E");

/**
 * Pictures in the gutter cannot have a theme's colours, and themes change while we run: what follows the size joins the rule, and draws a bar
 * in the colour's variable over an empty picture.
 */
function barStyle({ twentieths, color }: Heat): vscode.DecorationRenderOptions {
  const shade = `var(--vscode-${color.replace('.', '-')})`;
  return {
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedOpen,
    gutterIconPath: emptyPicture,
    gutterIconSize: `auto; background: linear-gradient(${shade}, ${shade}) no-repeat left 3px center / ${widthOf(twentieths)}% 55%`,
  };
}
