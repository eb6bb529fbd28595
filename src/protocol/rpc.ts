import * as z from 'zod';
import { issuesInWords } from './issue-in-words';
import {
  errorCodes,
  type MethodName,
  type MethodParameters,
  type MethodResult,
  methods,
  type NotificationName,
  type NotificationParameters,
  notifications,
} from './messages';

/** JSON-RPC 2.0 (https://www.jsonrpc.org/specification) over anything that carries text both ways. */

export const notificationSchema = z.object({ jsonrpc: z.literal('2.0'), method: z.string(), params: z.unknown().optional() });
export const responseSchema = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.int(), z.string(), z.null()]),
  result: z.unknown().optional(),
  error: z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() }).optional(),
});

/** An answer of the other side that is an error; the message is a sentence for a person. */
export class RpcError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'RpcError';
  }
}

/** Text in one direction at a time, in order: a socket, or a webview's message channel. */
export interface TextChannel {
  send(text: string): void;
  onText(listener: (text: string) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

type NotificationListener = (parameters: never) => void;
interface Pending {
  method: MethodName;
  resolve(result: never): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

/** The asking side: requests with checked answers, and checked notifications. */
export class RpcClient {
  private nextId = 1;
  private closed = false;
  private readonly pending = new Map<number, Pending>();
  private readonly listeners = new Map<NotificationName, Set<NotificationListener>>();

  constructor(private readonly channel: TextChannel) {
    channel.onText((text) => this.receive(text));
    channel.onClose(() => this.abandon('The connection to the training backend was closed.'));
  }

  /**
   * Sends one request and gives its checked result.
   * @throws RpcError with the other side's sentence, or when no answer came within the time.
   */
  request<M extends MethodName>(method: M, parameters: MethodParameters<M>, timeoutMs = 30_000): Promise<MethodResult<M>> {
    if (this.closed) return Promise.reject(new RpcError(errorCodes.internalError, 'There is no connection to the training backend.'));
    const id = this.nextId++;
    return new Promise<MethodResult<M>>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.pending.delete(id);
        reject(new RpcError(errorCodes.internalError, `The training backend did not answer “${method}” within ${timeoutMs / 1000} s.`));
      }, timeoutMs);
      this.pending.set(id, { method, resolve, reject, timer });
      this.channel.send(JSON.stringify({ jsonrpc: '2.0', id, method, params: parameters }));
    });
  }

  /** Listens to a notification; the returned function stops listening. */
  on<N extends NotificationName>(name: N, listener: (parameters: NotificationParameters<N>) => void): () => void {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners);
    listeners.add(listener as NotificationListener);
    return () => listeners.delete(listener as NotificationListener);
  }

  close(): void {
    this.abandon('The connection to the training backend was closed.');
    this.channel.close();
  }

  private receive(text: string): void {
    const message: unknown = JSON.parse(text);
    const response = responseSchema.safeParse(message);
    if (response.success && ('result' in response.data || response.data.error)) {
      this.settle(response.data);
      return;
    }
    const notification = notificationSchema.parse(message);
    const schema = notifications[notification.method as NotificationName];
    if (!schema) return;
    const parameters = schema.parse(notification.params);
    for (const listener of this.listeners.get(notification.method as NotificationName) ?? []) listener(parameters as never);
  }

  private settle(response: z.infer<typeof responseSchema>): void {
    const pending = typeof response.id === 'number' ? this.pending.get(response.id) : undefined;
    if (!pending) return;
    this.pending.delete(response.id as number);
    clearTimeout(pending.timer);
    if (response.error) {
      pending.reject(new RpcError(response.error.code, response.error.message));
      return;
    }
    const result = methods[pending.method].result.safeParse(response.result);
    if (result.success) pending.resolve(result.data as never);
    else
      pending.reject(
        new RpcError(
          errorCodes.internalError,
          `The answer to “${pending.method}” has an unexpected form: ${issuesInWords(result.error.issues, response.result)}`,
        ),
      );
  }

  private abandon(reason: string): void {
    this.closed = true;
    for (const { reject, timer } of this.pending.values()) {
      clearTimeout(timer);
      reject(new RpcError(errorCodes.internalError, reason));
    }
    this.pending.clear();
  }
}
