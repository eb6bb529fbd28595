import * as vscode from 'vscode';
import type { InspectionProblem } from '../../protocol/inspection';
import { Disposable } from '../disposable';
import type { Inspections } from './inspections';

/** Problems of inspection, at their lines and in the Problems view. */
export class ProblemDiagnostics extends Disposable {
  private readonly collection = this.track(vscode.languages.createDiagnosticCollection('e2train'));

  constructor(private readonly inspections: Inspections) {
    super();
    this.track(inspections.onDidChange((uri) => this.show(uri)));
  }

  private show(uri: vscode.Uri): void {
    const problems = this.inspections.problemsAt(uri);
    const document = vscode.workspace.textDocuments.find((candidate) => candidate.uri.toString() === uri.toString());
    // A missing input shape is a question, asked by a CodeLens, and no fault of the file.
    const faults = problems.filter(({ code }) => code !== 'input-shape-needed');
    this.collection.set(uri, document ? faults.map((problem) => diagnostic(document, problem)) : []);
  }
}

function diagnostic(document: vscode.TextDocument, { message, code, source }: InspectionProblem): vscode.Diagnostic {
  const line = source?.file === document.uri.fsPath ? Math.min(source.line, document.lineCount) - 1 : 0;
  const { range, firstNonWhitespaceCharacterIndex } = document.lineAt(line);
  const diagnostic = new vscode.Diagnostic(
    range.with(new vscode.Position(line, firstNonWhitespaceCharacterIndex)),
    message,
    vscode.DiagnosticSeverity.Warning,
  );
  diagnostic.source = 'E2-Train';
  diagnostic.code = code;
  return diagnostic;
}
