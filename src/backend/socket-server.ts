import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { maximumMessageBytes } from '../protocol/messages';

/**
 * The WebSocket server on the loopback interface. It looks at neither path, Host nor Origin: remotes and browsers reach it through
 * proxies that rewrite all three, so the token alone decides. Plain HTTP gets one refusal, so a page that rebinds a name to this
 * address learns nothing.
 */

export interface SocketServer {
  readonly port: number;
  close(): Promise<void>;
}

export interface ListenSettings {
  /** 0: any free one. */
  port?: number;
  /** A peer that does not answer a ping before the next is gone. */
  heartbeatMs?: number;
}

/** Far more than one window's panels and relays; a page that hammers the port cannot exhaust the process. */
const maximumConnections = 64;

/** @throws Error with one sentence when no port can be opened. */
export async function listen(
  onConnection: (socket: WebSocket) => void,
  { port = 0, heartbeatMs = 15_000 }: ListenSettings = {},
): Promise<SocketServer> {
  const http = createServer((_request, response) => {
    response.writeHead(426, { 'Content-Type': 'text/plain', Connection: 'close', Upgrade: 'websocket' });
    response.end('This port speaks WebSocket only.\n');
  });
  http.maxConnections = maximumConnections;
  await opened(http, port);
  const sockets = new WebSocketServer({ server: http, maxPayload: maximumMessageBytes, perMessageDeflate: false });
  const alive = new WeakSet<WebSocket>();
  sockets.on('connection', (socket) => {
    alive.add(socket);
    socket.on('pong', () => alive.add(socket));
    // ws closes the socket itself after an error (1009 for an oversized message); without a listener it would end the process.
    socket.on('error', () => {});
    onConnection(socket);
  });
  const heartbeat = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, heartbeatMs);
  return {
    port: (http.address() as AddressInfo).port,
    async close() {
      clearInterval(heartbeat);
      for (const socket of sockets.clients) socket.close(1001, 'The training backend ends.');
      await new Promise<void>((resolve) => {
        http.close(() => resolve());
        setTimeout(() => {
          for (const socket of sockets.clients) socket.terminate();
          http.closeAllConnections();
        }, 500);
      });
    },
  };
}

function opened(http: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code ?? error.message;
      reject(
        new Error(
          `The training backend cannot open a port on 127.0.0.1 (${reason}): allow local connections in your firewall or sandbox, then restart the backend.`,
        ),
      );
    });
    http.listen(port, '127.0.0.1', resolve);
  });
}
