import * as vscode from 'vscode';
import type { RunConfiguration } from '../../protocol/configuration';
import { withModel } from '../../protocol/next-model';
import { parseInputShape } from '../annotations/input-shape';
import type { Inspections } from '../annotations/inspections';
import { rememberedShape } from '../annotations/remembered-shapes';
import { chooseExport, modelArgument, saveModel } from '../chosen-model';
import { commands } from '../commands';
import { Disposable } from '../disposable';
import { fileModelReference } from '../savers/model-choices';
import { leftModel, trainedModel } from '../savers/trained-models';
import type { NextRun } from '../settings/next-run';
import { type RunCommands, showFailure } from './run-commands';

/** *Train This Model* and what belongs to it. */
export class TrainingCommands extends Disposable {
  constructor(
    private readonly inspections: Inspections,
    private readonly nextRun: NextRun,
    private readonly runs: RunCommands,
  ) {
    super();
    const register = (id: string, handler: (argument: unknown) => Promise<void>) =>
      this.track(vscode.commands.registerCommand(id, (argument: unknown) => handler(argument).catch(showFailure)));
    register(commands.train, (argument) => this.train(argument));
    register(commands.startNextRun, () => this.start(this.nextRun.configuration));
    register(commands.fineTuneRun, (argument) => this.fineTune(argument));
    register(commands.setInputShape, (argument) => this.setInputShape(argument));
  }

  private async train(argument: unknown): Promise<void> {
    const target = modelArgument(argument);
    if (!target) throw new Error(vscode.l10n.t('Open a model file first, then train it.'));
    const exportName =
      target.exportName ?? (await chooseExport(this.inspections, target.uri, vscode.l10n.t('Which model shall be trained?')));
    if (exportName === undefined) return;
    const file = target.uri.fsPath;
    const inputShape = rememberedShape(this.inspections.inputShapes, file, exportName);
    const configuration = withModel(this.nextRun.configuration, fileModelReference({ file, exportName, inputShape }));
    await this.nextRun.configure(configuration);
    await this.start(configuration);
  }

  private async start(configuration: RunConfiguration): Promise<void> {
    if (!vscode.workspace.isTrusted) throw new Error(vscode.l10n.t('E2-Train runs nothing until you trust this workspace.'));
    const { model } = configuration;
    if (model.kind === 'file' && !(await saveModel(model.path)))
      throw new Error(vscode.l10n.t('{0} could not be saved, so it was not trained.', model.path));
    const options = { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Starting the run…') };
    await vscode.window.withProgress(options, () => this.runs.start(configuration));
  }

  /** The next run begins with what a finished one has learned; data and savers are chosen, and the run is started, in the Savers view. */
  private async fineTune(argument: unknown): Promise<void> {
    const question = vscode.l10n.t('Which run’s model shall be trained on?');
    const summary = await this.runs.named(argument, leftModel, question);
    if (!summary) return;
    const { model, folder } = trainedModel(summary);
    await this.nextRun.configure({ ...this.nextRun.configuration, model, startFrom: folder });
    await vscode.commands.executeCommand('e2train.savers.focus');
  }

  private async setInputShape(argument: unknown): Promise<void> {
    const target = modelArgument(argument);
    if (!target) throw new Error(vscode.l10n.t('Open a model file first.'));
    const { uri, exportName } = target;
    const known = rememberedShape(this.inspections.inputShapes, uri.fsPath, exportName);
    const text = await vscode.window.showInputBox({
      title: vscode.l10n.t('Input shape of {0}', exportName ?? vscode.workspace.asRelativePath(uri)),
      prompt: vscode.l10n.t('Height x width x channels of one image'),
      placeHolder: '32x32x3',
      ...(known ? { value: known.join('x') } : {}),
      validateInput: (value) => shapeProblem(value),
    });
    if (text !== undefined) await this.inspections.setInputShape(uri, exportName, parseInputShape(text));
  }
}

function shapeProblem(text: string): string | undefined {
  try {
    parseInputShape(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
