import type { WebSocket } from 'ws';
import { closeCodes, errorCodes, type NotificationName, type NotificationParameters } from '../protocol/messages';
import type { RunSummary } from '../protocol/runs';
import { describe, type Log } from './log';
import { batchMs, RecordStream } from './record-stream';
import { answerRequest, errorText, type Handlers, readRequest } from './rpc-server';

const authenticationMs = 5000;
/** Whoever asks and asks without ever reading the answers is cut off here. */
const hopelessBytes = 32 * 1024 * 1024;
/** Changed summaries wait while more than this is unread; only the latest of each run is then sent. */
const summariesWaitBytes = 256 * 1024;

/** One connection: who it is, what it asks, which runs it follows. */
export class Session {
  private client?: string;
  private readonly streams = new Map<string, RecordStream>();
  private readonly changed = new Map<string, RunSummary>();
  private changedTimer?: ReturnType<typeof setTimeout>;
  private readonly deadline: ReturnType<typeof setTimeout>;

  constructor(
    private readonly socket: WebSocket,
    private readonly handlers: Handlers<Session>,
    private readonly log: Log,
    onClose: () => void,
  ) {
    this.deadline = setTimeout(() => this.reject('No “authenticate” request came in time.'), authenticationMs);
    socket.on('message', (data, isBinary) => {
      if (isBinary) this.send(errorText(null, errorCodes.invalidRequest, 'Binary messages are not part of this protocol: send text.'));
      else void this.receive(data.toString());
    });
    socket.on('close', () => {
      clearTimeout(this.deadline);
      clearTimeout(this.changedTimer);
      for (const stream of this.streams.values()) stream.close();
      this.streams.clear();
      onClose();
    });
  }

  get authenticated(): boolean {
    return this.client !== undefined;
  }

  /** The token was right. */
  accept(client: string): void {
    clearTimeout(this.deadline);
    this.client = client;
    this.log('debug', `A ${client} connected.`);
  }

  notify<N extends NotificationName>(method: N, params: NotificationParameters<N>): void {
    if (this.authenticated) this.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** Tells of a run's new state; several changes in a short time, or for a reader that is behind, become one. */
  notifyChanged(summary: RunSummary): void {
    this.changed.set(summary.run.id, summary);
    this.changedTimer ??= setTimeout(() => this.sendChanged(), batchMs);
  }

  notifyDeleted(runId: string): void {
    this.changed.delete(runId);
    this.unsubscribe(runId);
    this.notify('runs/deleted', { runId });
  }

  /** Starts to send the run's records after the given one. A second subscription to the same run replaces the first. */
  subscribe(summary: RunSummary, after: number, lastSequence: () => number): void {
    const runId = summary.run.id;
    this.unsubscribe(runId);
    const { socket } = this;
    const outlet = {
      get bufferedBytes() {
        return socket.bufferedAmount;
      },
      send: (parameters: NotificationParameters<'runs/records'>) => this.notify('runs/records', parameters),
    };
    const onError = (error: unknown) => this.log('error', `The record of run ${runId} cannot be read: ${describe(error)}`);
    this.streams.set(runId, new RecordStream(runId, summary.directory, after, lastSequence, outlet, onError));
  }

  unsubscribe(runId: string): void {
    this.streams.get(runId)?.close();
    this.streams.delete(runId);
  }

  /** The run's record has grown. */
  notifyGrown(runId: string): void {
    this.streams.get(runId)?.notify();
  }

  /** Says why and closes the connection. */
  private reject(sentence: string, id: number | string | null = null): void {
    this.send(errorText(id, errorCodes.unauthorized, sentence));
    this.socket.close(closeCodes.unauthorized, 'Not authenticated.');
  }

  /** Closes the connection after its answer went out; used when `authenticate` was refused. */
  close(code: number, reason: string): void {
    setImmediate(() => this.socket.close(code, reason));
  }

  private async receive(text: string): Promise<void> {
    const reading = readRequest(text);
    if (!this.authenticated && !('request' in reading && reading.request.method === 'authenticate')) {
      this.reject('The first message must be an “authenticate” request with the token.', 'request' in reading ? reading.request.id : null);
      return;
    }
    if ('refusal' in reading) this.send(reading.refusal);
    if (!('request' in reading)) return;
    const { method } = reading.request;
    this.send(await answerRequest(reading.request, this.handlers, this, (error) => this.log('error', `“${method}”: ${describe(error)}`)));
  }

  private sendChanged(): void {
    this.changedTimer = undefined;
    if (this.socket.bufferedAmount > summariesWaitBytes) {
      this.changedTimer = setTimeout(() => this.sendChanged(), batchMs);
      return;
    }
    for (const summary of this.changed.values()) this.notify('runs/changed', { summary });
    this.changed.clear();
  }

  private send(text: string): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    if (this.socket.bufferedAmount > hopelessBytes) {
      this.log('warn', `A ${this.client ?? 'stranger'} does not read what it asked for and was cut off.`);
      this.socket.terminate();
      return;
    }
    this.socket.send(text);
  }
}
