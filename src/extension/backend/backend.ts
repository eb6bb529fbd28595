import * as vscode from 'vscode';
import type { MethodName, MethodParameters, MethodResult, NotificationName, NotificationParameters } from '../../protocol/messages';
import type { Log } from '../diagnostics/log';
import { Disposable } from '../disposable';
import { readSetting } from '../settings/settings';
import { connectToBackend } from './backend-connection';
import { launchBackend } from './backend-process';
import { type BackendState, BackendSupervisor, type Failure } from './backend-supervisor';
import { workspaceDirectory } from './workspace-directory';

/** The window's training backend, for all features. It is started when the first of them asks something. */
export class Backend extends Disposable {
  private readonly supervisor: BackendSupervisor;
  private readonly stateChanged = this.track(new vscode.EventEmitter<BackendState>());
  readonly onDidChangeState = this.stateChanged.event;
  private readonly failed = this.track(new vscode.EventEmitter<Failure>());
  readonly onDidFail = this.failed.event;
  /** Set by the run list, which knows. */
  isTraining: () => boolean = () => false;

  constructor(
    private readonly extension: vscode.ExtensionContext,
    private readonly log: Log,
  ) {
    super();
    this.supervisor = new BackendSupervisor({
      launch: () => this.launch(),
      connect: connectToBackend,
      isTraining: () => this.isTraining(),
      log: (level, message) => this.log.write(level, message),
    });
    this.supervisor.onState.add((state) => {
      this.log.debug(`Training backend: ${state.kind}.`);
      this.stateChanged.fire(state);
    });
    this.supervisor.onFailure.add((failure) => this.failed.fire(failure));
    this.track({ dispose: () => this.supervisor.stop() });
    this.track(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('e2train.inspection') && !this.isTraining()) this.restartWhenRunning();
      }),
    );
  }

  get state(): BackendState {
    return this.supervisor.state;
  }

  /** Asks the backend something, starting it when needed. @throws Error with one sentence for a person. */
  async request<M extends MethodName>(method: M, parameters: MethodParameters<M>, timeoutMs?: number): Promise<MethodResult<M>> {
    this.demandStartable();
    return this.supervisor.request(method, parameters, timeoutMs);
  }

  /** Listens to a notification, across restarts of the backend. */
  on<N extends NotificationName>(name: N, listener: (parameters: NotificationParameters<N>) => void): void {
    this.supervisor.on(name, listener);
  }

  /** Starts the backend when it does not run. */
  async start(): Promise<void> {
    this.demandStartable();
    await this.supervisor.client();
  }

  async restart(): Promise<void> {
    this.demandStartable();
    await this.supervisor.restart();
  }

  private restartWhenRunning(): void {
    if (this.state.kind === 'running') this.supervisor.restart().catch((error: Error) => this.log.error(error.message));
  }

  /** What must hold before a backend may start; to lack it is no failure of the backend. @throws Error with one sentence. */
  private demandStartable(): void {
    if (!vscode.workspace.isTrusted) throw new Error(vscode.l10n.t('E2-Train runs nothing until you trust this workspace.'));
    if (this.state.kind === 'stopped' && !workspaceDirectory()) {
      throw new Error(vscode.l10n.t('Open a folder or a model file first: E2-Train keeps its runs beside it.'));
    }
  }

  private launch() {
    const workspace = workspaceDirectory();
    if (!workspace) throw new Error(vscode.l10n.t('Open a folder or a model file first: E2-Train keeps its runs beside it.'));
    this.log.info(`Starting the training backend in ${workspace}.`);
    return launchBackend(
      {
        entry: this.extension.asAbsolutePath('dist/backend.js'),
        workspace,
        inspectionTimeoutMs: readSetting('inspection.timeoutSeconds') * 1000,
        inspectionMemoryMB: readSetting('inspection.memoryMB'),
      },
      (line) => this.log.info(line),
    );
  }
}
