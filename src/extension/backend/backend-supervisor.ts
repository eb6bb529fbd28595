import type {
  BackendMessage,
  BackendReady,
  LogLevel,
  MethodName,
  MethodParameters,
  MethodResult,
  NotificationName,
  NotificationParameters,
} from '../../protocol/messages';
import type { RpcClient } from '../../protocol/rpc';
import { Listeners } from '../listeners';
import type { BackendConnection } from './backend-connection';
import type { BackendProcess } from './backend-process';

export type BackendState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly ready: BackendReady }
  | { readonly kind: 'failed'; readonly message: string };

export interface SupervisorNeeds {
  launch(): BackendProcess;
  connect(ready: BackendReady): Promise<BackendConnection>;
  /** Whether a run of this window is live: a backend that dies then is not restarted behind the person's back. */
  isTraining(): boolean;
  log(level: LogLevel, message: string): void;
}

/** The backend could not be started, or it died. */
export interface Failure {
  readonly reason: string;
  readonly wasTraining: boolean;
  /** It will be started again by itself. */
  readonly restarting: boolean;
}

const restartDelaysMs = [1000, 4000, 16_000];
/** A backend that ran this long is healthy: the count of restarts begins anew. */
const healthyMs = 5 * 60_000;
const startTimeoutMs = 20_000;

type Unlisten = () => void;

/** Keeps one backend process: starts it when it is first needed, watches it, starts it again when it dies idle. */
export class BackendSupervisor {
  readonly onState = new Listeners<BackendState>();
  readonly onFailure = new Listeners<Failure>();
  private current: BackendState = { kind: 'stopped' };
  private process?: BackendProcess;
  private connection?: BackendConnection;
  private starting?: Promise<RpcClient>;
  private restarts = 0;
  private adoptedAt = 0;
  private restartTimer?: ReturnType<typeof setTimeout>;
  private readonly subscriptions = new Set<(client: RpcClient) => void>();

  constructor(private readonly needs: SupervisorNeeds) {}

  get state(): BackendState {
    return this.current;
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /**
   * The connected client; starts the backend when it was not started yet.
   * @throws Error with one sentence when it failed; `restart` is the way out of that.
   */
  client(): Promise<RpcClient> {
    if (this.current.kind === 'failed') return Promise.reject(new Error(this.current.message));
    this.starting ??= this.start();
    return this.starting;
  }

  async request<M extends MethodName>(method: M, parameters: MethodParameters<M>, timeoutMs?: number): Promise<MethodResult<M>> {
    return (await this.client()).request(method, parameters, timeoutMs);
  }

  /** Listens to a notification, across restarts. */
  on<N extends NotificationName>(name: N, listener: (parameters: NotificationParameters<N>) => void): void {
    const subscribe = (client: RpcClient): Unlisten => client.on(name, listener);
    this.subscriptions.add(subscribe);
    if (this.connection) subscribe(this.connection.client);
  }

  /** Ends the backend, if there is one, and starts a new one. */
  restart(): Promise<RpcClient> {
    this.stop();
    this.restarts = 0;
    return this.client();
  }

  stop(): void {
    clearTimeout(this.restartTimer);
    const { process, connection } = this;
    this.process = undefined;
    this.connection = undefined;
    this.starting = undefined;
    connection?.close();
    process?.stop();
    this.enter({ kind: 'stopped' });
  }

  private async start(): Promise<RpcClient> {
    this.enter({ kind: 'starting' });
    let process: BackendProcess | undefined;
    try {
      process = this.needs.launch();
      this.process = process;
      const ready = await this.untilReady(process);
      const connection = await this.needs.connect(ready);
      if (this.process !== process) throw new Error('The training backend was stopped while it started.');
      this.adopt(process, connection, ready);
      return connection.client;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (this.process === process) {
        this.fail(message);
        this.onFailure.fire({ reason: message, wasTraining: false, restarting: false });
      }
      throw new Error(message);
    }
  }

  private untilReady(process: BackendProcess): Promise<BackendReady> {
    return new Promise((resolve, reject) => {
      let failure: string | undefined;
      const timer = setTimeout(
        () => reject(new Error(`The training backend did not start within ${startTimeoutMs / 1000} s.`)),
        startTimeoutMs,
      );
      process.onMessage((message: BackendMessage) => {
        if (message.type === 'log') this.needs.log(message.level, message.message);
        else if (message.type === 'ready') {
          clearTimeout(timer);
          resolve(message);
        } else failure = message.message;
      });
      process.onExit((reason) => {
        clearTimeout(timer);
        reject(new Error(failure ?? reason));
        this.exited(process, failure ?? reason);
      });
    });
  }

  private adopt(process: BackendProcess, connection: BackendConnection, ready: BackendReady): void {
    this.connection = connection;
    connection.onClose(() => this.connectionLost(process, connection, ready));
    for (const subscribe of this.subscriptions) subscribe(connection.client);
    this.adoptedAt = Date.now();
    this.enter({ kind: 'running', ready });
  }

  /** The socket broke though the process lives: connect once more, and if that fails end the process, which is then a crash. */
  private connectionLost(process: BackendProcess, connection: BackendConnection, ready: BackendReady): void {
    if (this.process !== process || this.connection !== connection) return;
    this.needs.log('warn', 'The connection to the training backend broke.');
    this.connection = undefined;
    this.starting = this.needs.connect(ready).then(
      (again) => {
        this.adopt(process, again, ready);
        return again.client;
      },
      (error: unknown) => {
        process.stop();
        throw error;
      },
    );
    this.starting.catch(() => {});
  }

  private exited(process: BackendProcess, reason: string): void {
    // During the start `start` itself fails; after a stop nobody minds.
    if (this.process !== process || this.current.kind !== 'running') return;
    const wasTraining = this.needs.isTraining();
    if (Date.now() - this.adoptedAt > healthyMs) this.restarts = 0;
    const delay = restartDelaysMs[this.restarts];
    const restarting = !wasTraining && delay !== undefined;
    this.needs.log('error', reason);
    this.fail(reason);
    if (restarting) {
      this.restarts++;
      this.restartTimer = setTimeout(() => {
        this.enter({ kind: 'stopped' });
        this.client().catch(() => {});
      }, delay);
    }
    this.onFailure.fire({ reason, wasTraining, restarting });
  }

  private fail(message: string): void {
    this.process?.stop();
    this.process = undefined;
    this.connection?.close();
    this.connection = undefined;
    this.starting = undefined;
    this.enter({ kind: 'failed', message });
  }

  private enter(state: BackendState): void {
    if (state.kind === this.current.kind && state.kind === 'stopped') return;
    this.current = state;
    this.onState.fire(state);
  }
}
