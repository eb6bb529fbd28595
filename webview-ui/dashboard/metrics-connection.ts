import { errorCodes, type NotificationParameters, protocolVersion } from '../../src/protocol/messages';
import { RpcClient, RpcError, type TextChannel } from '../../src/protocol/rpc';
import type { RunSummary } from '../../src/protocol/runs';
import { socketChannel, type TextSocket } from '../../src/protocol/socket-channel';

/** Where the backend listens, as the host says. */
export interface Endpoint {
  readonly address?: string;
  readonly token?: string;
}

export type Route = 'socket' | 'relay';
export type ConnectionState =
  | { readonly kind: 'connecting'; readonly route: Route }
  | { readonly kind: 'open'; readonly route: Route }
  /** `retryMs` is absent when only the host can help, by naming a running backend. */
  | { readonly kind: 'broken'; readonly reason: string; readonly retryMs?: number };

export interface ConnectionListener {
  state(state: ConnectionState): void;
  runs(runs: readonly RunSummary[]): void;
  changed(summary: RunSummary): void;
  deleted(runId: string): void;
  records(parameters: NotificationParameters<'runs/records'>): void;
  /** The followed run cannot be had; the connection itself is well. */
  problem(sentence: string): void;
  /** The last record that the page has of the run; asked at each (re)connection. */
  lastSequence(runId: string): number;
  /** The backend's record of the run is shorter than what the page has: the page must forget and take the whole run again. */
  restart(runId: string): void;
}

export interface Ways {
  /** May throw, where a page may not open this address. */
  openSocket(address: string): TextSocket;
  openRelay(): TextChannel;
}

/** A socket that is not authenticated by then is given up for the relay. */
export const socketTimeoutMs = 3000;
const relayTimeoutMs = 10_000;
/** A connection that lasted this long was a good one: the next break starts with a short pause again. */
export const steadyMs = 5000;
const firstRetryMs = 500;
const longestRetryMs = 15_000;

/**
 * The page's one connection to the backend, over its own socket or, where that cannot be opened, over the extension host. It comes back by
 * itself after a break and asks for what was missed, by sequence number.
 */
export class MetricsConnection {
  private endpoint: Endpoint = {};
  private client?: RpcClient;
  private retry?: ReturnType<typeof setTimeout>;
  private failures = 0;
  private socketFails = false;
  private followed?: string;
  private subscribed?: string;
  private attempt = 0;

  constructor(
    private readonly ways: Ways,
    private readonly listener: ConnectionListener,
  ) {}

  /** The backend is (again) somewhere, or nowhere. The same place while connected changes nothing. */
  setEndpoint(endpoint: Endpoint): void {
    const same = endpoint.address === this.endpoint.address && endpoint.token === this.endpoint.token;
    if (same && this.client) return;
    this.endpoint = endpoint;
    if (!same) this.socketFails = false;
    this.reconnect();
  }

  /** Connects now instead of after the pause. */
  reconnect(): void {
    clearTimeout(this.retry);
    this.drop();
    this.failures = 0;
    void this.connect();
  }

  /** Follows a run instead of the one before. */
  follow(runId: string | undefined): void {
    if (this.followed === runId) return;
    this.followed = runId;
    if (this.client) void this.subscribe(this.client);
  }

  private async connect(): Promise<void> {
    const { address, token } = this.endpoint;
    if (!token) {
      this.listener.state({ kind: 'broken', reason: 'The training backend is not running.' });
      return;
    }
    const attempt = ++this.attempt;
    let reason = '';
    const routes: readonly Route[] = address === undefined || this.socketFails ? ['relay'] : ['socket', 'relay'];
    for (const route of routes) {
      this.listener.state({ kind: 'connecting', route });
      try {
        const opened = await this.authenticate(route, token);
        if (attempt !== this.attempt) opened.client.close();
        else this.opened(opened, route);
        return;
      } catch (error) {
        if (attempt !== this.attempt) return;
        reason = error instanceof Error ? error.message : String(error);
        if (error instanceof RpcError && error.code === errorCodes.unauthorized) break;
        if (route === 'socket') this.socketFails = true;
      }
    }
    this.socketFails = false;
    this.waitAndRetry(reason);
  }

  /** @throws RpcError when there is no authenticated connection within the time. */
  private async authenticate(route: Route, token: string): Promise<Opened> {
    const channel = route === 'socket' ? socketChannel(this.ways.openSocket(this.endpoint.address!)) : this.ways.openRelay();
    const opened = { client: new RpcClient(channel), channel, closed: false };
    channel.onClose(() => {
      opened.closed = true;
    });
    this.listen(opened.client);
    try {
      const timeout = route === 'socket' ? socketTimeoutMs : relayTimeoutMs;
      await opened.client.request('authenticate', { token, protocolVersion, client: 'dashboard' }, timeout);
      return opened;
    } catch (error) {
      opened.client.close();
      throw error;
    }
  }

  private opened({ client, channel, closed }: Opened, route: Route): void {
    this.client = client;
    const since = Date.now();
    const onClose = () => {
      if (this.client !== client) return;
      if (Date.now() - since >= steadyMs) this.failures = 0;
      this.drop();
      this.waitAndRetry('The connection to the training backend was lost.');
    };
    if (closed) {
      onClose();
      return;
    }
    channel.onClose(onClose);
    this.listener.state({ kind: 'open', route });
    client.request('runs/list', {}).then(
      (runs) => this.client === client && this.listener.runs(runs),
      (error: Error) => this.client === client && this.listener.problem(error.message),
    );
    void this.subscribe(client);
  }

  private listen(client: RpcClient): void {
    client.on('runs/records', (parameters) => {
      if (this.client === client && parameters.runId === this.followed) this.listener.records(parameters);
    });
    client.on('runs/changed', ({ summary }) => this.client === client && this.listener.changed(summary));
    client.on('runs/deleted', ({ runId }) => this.client === client && this.listener.deleted(runId));
  }

  private async subscribe(client: RpcClient): Promise<void> {
    const before = this.subscribed;
    const runId = this.followed;
    this.subscribed = runId;
    try {
      if (before && before !== runId) await client.request('runs/unsubscribe', { runId: before });
      if (!runId || this.followed !== runId) return;
      const after = this.listener.lastSequence(runId);
      const { summary } = await client.request('runs/subscribe', { runId, after });
      if (this.client !== client || this.followed !== runId) return;
      this.listener.changed(summary);
      if (summary.lastSequence < after) {
        this.listener.restart(runId);
        await client.request('runs/subscribe', { runId, after: 0 });
      }
    } catch (error) {
      if (this.client === client && this.followed === runId) this.listener.problem((error as Error).message);
    }
  }

  private waitAndRetry(reason: string): void {
    const retryMs = Math.min(longestRetryMs, firstRetryMs * 2 ** this.failures++);
    this.listener.state({ kind: 'broken', reason, retryMs });
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.connect(), retryMs);
  }

  private drop(): void {
    const { client } = this;
    this.client = undefined;
    this.subscribed = undefined;
    this.attempt++;
    client?.close();
  }
}

interface Opened {
  readonly client: RpcClient;
  readonly channel: TextChannel;
  closed: boolean;
}
