import * as vscode from 'vscode';
import { EditorProviders } from './annotations/editor-providers';
import { Estimates } from './annotations/estimates';
import { HeatBars } from './annotations/heat-bars';
import { Inspections } from './annotations/inspections';
import { LineDecorations } from './annotations/line-decorations';
import { ProblemDiagnostics } from './annotations/problem-diagnostics';
import { Backend } from './backend/backend';
import { BackendNotices } from './backend/backend-notices';
import { Dashboard } from './dashboard/dashboard';
import { Log } from './diagnostics/log';
import { EditorContext } from './editor-context';
import { GeneralCommands } from './general-commands';
import { LayersView } from './layers/layers-view';
import { useTranslator } from './localize';
import { BoardChoice } from './measurements/board-choice';
import { MeasureCommand } from './measurements/measure-command';
import { MeasurementList } from './measurements/measurement-list';
import { MeasurementsView } from './measurements/measurements-view';
import { BuiltinProfileDocuments } from './profiles/builtin-profile-documents';
import { DeviceProfiles } from './profiles/device-profiles';
import { ProfileCommands } from './profiles/profile-commands';
import { ProfileDiagnostics } from './profiles/profile-diagnostics';
import { PythonInterpreter } from './python/python-interpreter';
import { RunCommands } from './runs/run-commands';
import { RunList } from './runs/run-list';
import { RunsView } from './runs/runs-view';
import { StatusBar } from './runs/status-bar';
import { TrainingCommands } from './runs/training-commands';
import { ModelGraphs } from './savers/model-graphs';
import { SaversView } from './savers/savers-view';
import { NextRun } from './settings/next-run';

/** Puts the features together. Nothing is started here: the backend starts when the first feature asks something of it. */
export function activate(context: vscode.ExtensionContext): void {
  const began = performance.now();
  useTranslator(vscode.l10n.t);
  const track = <T extends vscode.Disposable>(item: T): T => {
    // The newest goes first, as everything else here does: what is used goes after what uses it.
    context.subscriptions.unshift(item);
    return item;
  };
  const extension = context.extensionUri;
  const log = track(new Log());
  const backend = track(new Backend(context, log));
  const nextRun = track(new NextRun(context.workspaceState, log));

  const profiles = track(new DeviceProfiles());
  track(new ProfileDiagnostics(profiles));
  track(new BuiltinProfileDocuments());
  track(new ProfileCommands(profiles, nextRun));

  const python = track(new PythonInterpreter(log));
  const inspections = track(new Inspections(backend, python, context.workspaceState, log));
  const measurements = track(new MeasurementList(backend, context.workspaceState, log));
  const estimates = track(new Estimates(inspections, nextRun, profiles, measurements));
  track(new LineDecorations(estimates));
  track(new HeatBars(estimates));
  track(new EditorProviders(inspections, estimates));
  track(new ProblemDiagnostics(inspections));
  const layers = track(new LayersView(estimates));

  const runs = track(new RunList(backend, log));
  const dashboard = track(new Dashboard(extension, backend, runs, log));
  const runCommands = track(new RunCommands(backend, runs, dashboard, python));
  track(new RunsView(runs));
  track(new MeasurementsView(measurements));
  track(new MeasureCommand(inspections, backend, python, context.workspaceState));
  track(new TrainingCommands(inspections, nextRun, runCommands));
  track(new BackendNotices(backend, runs, runCommands));

  const graphs = new ModelGraphs(backend, inspections, python);
  track(new SaversView({ extension, backend, nextRun, profiles, runs, inspections, graphs, log }));
  const statusBar = track(new StatusBar(runs, nextRun, backend, profiles));
  const boardChoice = track(new BoardChoice(measurements));
  track(new EditorContext(inspections, nextRun, runs, backend, [statusBar, boardChoice]));
  track(new GeneralCommands({ context, backend, inspections, layers, runs, measurements, profiles, log }));

  inspections.inspectVisible();
  log.debug(`Activated in ${(performance.now() - began).toFixed(1)} ms.`);
}
