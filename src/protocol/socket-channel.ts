import type { TextChannel } from './rpc';

/** What the channel needs of a WebSocket; the browser's and that of the `ws` package both fit. */
export interface TextSocket {
  readonly readyState: number;
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

const connecting = 0;
const open = 1;
const closed = 3;

/**
 * A text channel over a WebSocket. What is sent before the socket opens goes out when it does; what is sent after it closed is dropped,
 * since the close listeners were told. Binary messages are not part of the protocol and are ignored.
 */
export function socketChannel(socket: TextSocket): TextChannel {
  const waiting: string[] = [];
  socket.addEventListener('open', () => {
    for (const text of waiting.splice(0)) socket.send(text);
  });
  return {
    send(text) {
      if (socket.readyState === connecting) waiting.push(text);
      else if (socket.readyState === open) socket.send(text);
    },
    onText(listener) {
      socket.addEventListener('message', ({ data }) => {
        if (typeof data === 'string') listener(data);
      });
    },
    onClose(listener) {
      if (socket.readyState === closed) queueMicrotask(listener);
      else socket.addEventListener('close', () => listener());
    },
    close: () => socket.close(),
  };
}
