import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { socketChannel } from '../../src/protocol/socket-channel';

const servers: WebSocketServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});

async function serve(onSocket: (socket: WebSocket) => void): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  servers.push(server);
  server.on('connection', onSocket);
  await new Promise((resolve) => server.once('listening', resolve));
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('what is sent before the socket opens arrives in order once it does', async () => {
  const received: string[] = [];
  const address = await serve((socket) => socket.on('message', (data) => socket.send(`echo ${data}`)));
  const channel = socketChannel(new WebSocket(address));
  channel.send('one');
  channel.send('two');
  await new Promise<void>((resolve) =>
    channel.onText((text) => {
      received.push(text);
      if (received.length === 2) resolve();
    }),
  );
  expect(received).toEqual(['echo one', 'echo two']);
});

test('the close listener hears of a closed socket, also when it comes late, and binary messages are ignored', async () => {
  const address = await serve((socket) => {
    socket.send(Buffer.from([1, 2, 3]));
    socket.send('text');
    socket.close();
  });
  const received: string[] = [];
  const channel = socketChannel(new WebSocket(address));
  channel.onText((text) => received.push(text));
  await new Promise<void>((resolve) => channel.onClose(resolve));
  expect(received).toEqual(['text']);
  await new Promise<void>((resolve) => channel.onClose(resolve));
  expect(() => channel.send('late')).not.toThrow();
});

test('a socket that cannot be opened closes the channel', async () => {
  const socket = new WebSocket('ws://127.0.0.1:1');
  const channel = socketChannel(socket);
  socket.addEventListener('error', () => {});
  await new Promise<void>((resolve) => channel.onClose(resolve));
});
