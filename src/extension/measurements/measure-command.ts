import * as vscode from 'vscode';
import { type Measuring, measuringSchema } from '../../protocol/measuring';
import type { NotificationParameters } from '../../protocol/messages';
import { type Inspections, inspectionPatienceMs } from '../annotations/inspections';
import { rememberedShape } from '../annotations/remembered-shapes';
import type { Backend } from '../backend/backend';
import { chooseExport, modelArgument, saveModel } from '../chosen-model';
import { commands } from '../commands';
import { Disposable } from '../disposable';
import { Listeners } from '../listeners';
import type { PythonInterpreter } from '../python/python-interpreter';
import { showFailure } from '../runs/run-commands';
import { fileModelReference } from '../savers/model-choices';
import { askHowToMeasure, type LastAnswers } from './measuring-choices';
import { endingText, type MeasuredCount } from './measuring-ending';

type Ending = Omit<NotificationParameters<'measurements/ended'>, 'sessionId'>;

const answersKey = 'e2train.measuring';
/** Long enough for several power samples, where the workload repeats the layer as it is told. */
const windowSeconds = 2;

/** *Measure This Model*: asks where and what, and shows how the session at the board goes. */
export class MeasureCommand extends Disposable {
  private readonly progress = new Listeners<NotificationParameters<'measurements/progress'>>();
  private readonly rows = new Listeners<NotificationParameters<'measurements/row'>>();
  private readonly ended = new Listeners<Ending>();

  constructor(
    private readonly inspections: Inspections,
    private readonly backend: Backend,
    private readonly python: PythonInterpreter,
    private readonly memory: vscode.Memento,
  ) {
    super();
    this.track(vscode.commands.registerCommand(commands.measure, (argument: unknown) => this.measure(argument).catch(showFailure)));
    backend.on('measurements/progress', (progress) => this.progress.fire(progress));
    backend.on('measurements/row', (row) => this.rows.fire(row));
    backend.on('measurements/ended', (ending) => this.ended.fire(ending));
    this.track(backend.onDidFail(({ reason }) => this.ended.fire({ state: 'failed', reason })));
  }

  private async measure(argument: unknown): Promise<void> {
    const target = modelArgument(argument);
    if (!target) throw new Error(vscode.l10n.t('Open a model file first, then measure it.'));
    const question = vscode.l10n.t('Which model shall be measured?');
    const exportName = target.exportName ?? (await chooseExport(this.inspections, target.uri, question));
    if (exportName === undefined) return;
    const last = this.memory.get<LastAnswers>(answersKey, {});
    const how = await askHowToMeasure(await this.backend.request('boards/list', {}), last);
    if (!how) return;
    const { board, workload = last.workload, phases, precisions } = how;
    await this.memory.update(answersKey, { address: board, workload, phases, precisions: precisions?.join(', ') });
    const file = target.uri.fsPath;
    if (!(await saveModel(file))) throw new Error(vscode.l10n.t('{0} could not be saved, so it was not measured.', file));
    const reference = fileModelReference({ file, exportName, inputShape: rememberedShape(this.inspections.inputShapes, file, exportName) });
    const model = { ...reference, ...(await this.python.parameterFor(file)) };
    await this.follow(measuringSchema.parse({ model, windowSeconds, ...how }));
  }

  /** @throws Error with one sentence when nothing could be measured. */
  private async follow(measuring: Measuring): Promise<void> {
    const count = { figures: 0, unavailable: 0 };
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Measuring on {0}', measuring.board),
      cancellable: true,
    };
    const ending = await vscode.window.withProgress(options, (report, cancel) => this.session(measuring, count, report, cancel));
    const text = endingText(ending, count, measuring.board);
    if (ending.state === 'complete') void vscode.window.showInformationMessage(text);
    else if (ending.state === 'partial') void vscode.window.showWarningMessage(text);
    else throw new Error(text);
  }

  /** One session at a time: the backend refuses a second one, so that what comes is of this one. */
  private async session(
    measuring: Measuring,
    count: MeasuredCount,
    report: vscode.Progress<{ message?: string; increment?: number }>,
    cancel: vscode.CancellationToken,
  ): Promise<Ending> {
    let done = 0;
    const stop: (() => void)[] = [];
    try {
      // Listened to before it starts: the end may come together with the answer.
      const ending = new Promise<Ending>((resolve) => stop.push(this.ended.add(resolve)));
      stop.push(
        this.progress.add(({ done: now, total, text }) => {
          report.report({ message: text, ...(total > 0 && { increment: (100 * (now - done)) / total }) });
          done = now;
        }),
        this.rows.add(({ row }) => {
          if (row.kind === 'unavailable') count.unavailable++;
          else count.figures++;
        }),
      );
      const { sessionId } = await this.backend.request('measurements/start', { measuring }, 2 * inspectionPatienceMs);
      const end = () => this.backend.request('measurements/cancel', { sessionId }).catch(showFailure);
      if (cancel.isCancellationRequested) await end();
      const listening = cancel.onCancellationRequested(end);
      stop.push(() => listening.dispose());
      return await ending;
    } finally {
      for (const end of stop) end();
    }
  }
}
