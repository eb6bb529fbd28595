import * as vscode from 'vscode';
import { EditorProviders } from './annotations/editor-providers';
import { Estimates } from './annotations/estimates';
import { Inspections } from './annotations/inspections';
import { LineDecorations } from './annotations/line-decorations';
import { ProblemDiagnostics } from './annotations/problem-diagnostics';
import { Backend } from './backend/backend';
import { useTranslator } from './localize';
import { NextRun } from './settings/next-run';

/** Puts the features together. Nothing is started here: the backend starts when the first feature asks something of it. */
export function activate(context: vscode.ExtensionContext): void {
  useTranslator(vscode.l10n.t);
  const track = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  const log = track(vscode.window.createOutputChannel('E2-Train', { log: true }));
  const backend = track(new Backend(context, log));
  const nextRun = track(new NextRun(context.workspaceState, log));

  const inspections = track(new Inspections(backend, context.workspaceState, log));
  const estimates = track(new Estimates(inspections, nextRun, log));
  track(new LineDecorations(estimates));
  track(new EditorProviders(inspections, estimates));
  track(new ProblemDiagnostics(inspections));
  inspections.inspectVisible();
}
