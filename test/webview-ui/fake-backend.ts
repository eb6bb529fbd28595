import { runConfigurationSchema } from '../../src/protocol/configuration';
import type { MethodName } from '../../src/protocol/messages';
import type { NumberedRecord } from '../../src/protocol/records';
import type { TextChannel } from '../../src/protocol/rpc';
import type { RunSummary } from '../../src/protocol/runs';
import type { TextSocket } from '../../src/protocol/socket-channel';

export const token = 'token';

export function iterationRecord(sequence: number, iteration = sequence, dropped = false): NumberedRecord {
  return {
    sequence,
    record: {
      type: 'iteration',
      iteration,
      executed: !dropped,
      ...(dropped ? {} : { loss: 1 / iteration, accuracy: 0.5 }),
      learningRate: 0.1,
      dropProbability: 0.5,
      seconds: iteration,
      imagesPerSecond: dropped ? 0 : 10,
      iterationsExecuted: iteration,
      iterationsDropped: 0,
      energyJ: iteration,
      baselineEnergyJ: iteration * 2,
    },
  };
}

export function runSummary(id: string, change: Partial<RunSummary> = {}): RunSummary {
  return {
    run: {
      format: 1,
      id,
      title: `Run ${id}`,
      created: '2026-01-02T03:04:05Z',
      configuration: runConfigurationSchema.parse({ model: { kind: 'builtin', name: 'resnet8' } }),
      state: 'training',
      resumes: [],
    },
    directory: `/runs/${id}`,
    ours: true,
    resumable: false,
    lastSequence: 0,
    plannedIterations: 1000,
    ...change,
  };
}

interface Request {
  readonly id: number;
  readonly method: MethodName;
  readonly params: { readonly token?: string; readonly runId?: string; readonly after?: number };
}

/** A backend in memory: answers requests of any number of channels from one run's records. */
export class FakeBackend {
  records: NumberedRecord[] = [];
  readonly requests: Request[] = [];
  private readonly subscribers = new Set<(text: string) => void>();

  /** New records, to all who follow. */
  grow(...records: NumberedRecord[]): void {
    this.records.push(...records);
    for (const send of this.subscribers) send(this.notification(records));
  }

  end(send: (text: string) => void): void {
    this.subscribers.delete(send);
  }

  receive(text: string, send: (text: string) => void): void {
    const request = JSON.parse(text) as Request;
    this.requests.push(request);
    const { id, method, params } = request;
    const answer = (result: unknown) => send(JSON.stringify({ jsonrpc: '2.0', id, result }));
    if (method === 'authenticate') {
      if (params.token === token) answer({ version: '0', workspace: '/w', pid: 1 });
      else send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32001, message: 'The token is wrong.' } }));
    } else if (method === 'runs/list') answer([this.summary('r')]);
    else if (method === 'runs/subscribe') {
      answer({ summary: this.summary(params.runId!) });
      this.subscribers.add(send);
      send(this.notification(this.records.filter(({ sequence }) => sequence > params.after!)));
    } else answer({});
  }

  private summary(runId: string): RunSummary {
    return runSummary(runId, { lastSequence: this.records.at(-1)?.sequence ?? 0 });
  }

  private notification(records: readonly NumberedRecord[]): string {
    return JSON.stringify({ jsonrpc: '2.0', method: 'runs/records', params: { runId: 'r', records, thinned: false } });
  }
}

/** A WebSocket in memory that opens when told to. */
export class FakeSocket implements TextSocket {
  readyState = 0;
  private readonly listeners = new Map<string, ((event: { data: unknown }) => void)[]>();
  private readonly toPage = (text: string) => this.emit('message', { data: text });

  constructor(private readonly backend: FakeBackend) {}

  addEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), listener]);
  }

  open(): void {
    this.readyState = 1;
    this.emit('open');
  }

  send(text: string): void {
    this.backend.receive(text, this.toPage);
  }

  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.backend.end(this.toPage);
    this.emit('close');
  }

  private emit(type: string, event: { data: unknown } = { data: undefined }): void {
    for (const listener of this.listeners.get(type) ?? []) listener(event);
  }
}

/** The relay, as a channel that is open at once. */
export function relayTo(backend: FakeBackend): TextChannel {
  const texts: ((text: string) => void)[] = [];
  const ends: (() => void)[] = [];
  const toPage = (text: string) => {
    for (const listener of texts) listener(text);
  };
  return {
    send: (text) => backend.receive(text, toPage),
    onText: (listener) => texts.push(listener),
    onClose: (listener) => ends.push(listener),
    close() {
      backend.end(toPage);
      for (const listener of ends.splice(0)) listener();
    },
  };
}
