import { request } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Handlers } from '../../src/backend/rpc-server';
import { Session } from '../../src/backend/session';
import { listen, type SocketServer } from '../../src/backend/socket-server';
import { findDeviceProfile } from '../../src/energy/device-profile';
import { errorCodes, maximumMessageBytes } from '../../src/protocol/messages';
import { RpcError } from '../../src/protocol/rpc';

/** Raw sockets against a session, as a careless or hostile client would use them. */

let server: SocketServer | undefined;
const defects: string[] = [];
afterEach(async () => {
  await server?.close();
  defects.length = 0;
});

let environmentBytes = maximumMessageBytes;

const handlers: Handlers<Session> = {
  authenticate({ token, client }, session) {
    if (token !== 'right') {
      session.close(4401, 'Wrong token.');
      throw new RpcError(errorCodes.unauthorized, 'The token is wrong.');
    }
    session.accept(client);
    return { version: '1', workspace: '/', pid: 1 };
  },
  inspect: () => {
    throw new Error('a defect');
  },
  'runs/list': () => [{ wrong: true }] as never,
  'runs/start': () => ({ runId: 'x' }),
  'runs/deviceProfile': () => findDeviceProfile('asic-45nm'),
  'runs/stop': () => {
    throw new RpcError(errorCodes.refused, 'Not now.');
  },
  'runs/resume': () => ({}),
  'runs/tune': () => ({}),
  'runs/delete': () => ({}),
  'runs/subscribe': () => Promise.reject(new Error('unused')),
  'runs/unsubscribe': () => ({}),
  'measurements/list': () => [],
  'measurements/start': () => ({ sessionId: 'x' }),
  'measurements/cancel': () => ({}),
  'boards/list': () => [],
  environment: () => ({ version: 'x'.repeat(environmentBytes), node: '', cores: 1, engines: [], protocolVersion: 1 }),
};

interface Raw {
  socket: WebSocket;
  next(): Promise<{ id: unknown; result?: unknown; error?: { code: number; message: string } }>;
  closed: Promise<number>;
}

async function connect(path = '/', { autoPong = true, heartbeatMs = 15_000 } = {}): Promise<Raw> {
  const onConnection = (socket: WebSocket) => {
    new Session(
      socket,
      handlers,
      (_level, message) => defects.push(message),
      () => {},
    );
  };
  server ??= await listen(onConnection, { heartbeatMs });
  const headers = { Origin: 'https://elsewhere.example', Host: 'proxy' };
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers, autoPong });
  const received: string[] = [];
  const waiting: ((text: string) => void)[] = [];
  socket.on('message', (data) => {
    const take = waiting.shift();
    if (take) take(String(data));
    else received.push(String(data));
  });
  await new Promise((resolve) => socket.once('open', resolve));
  return {
    socket,
    async next() {
      return JSON.parse(received.shift() ?? (await new Promise<string>((resolve) => waiting.push(resolve))));
    },
    closed: new Promise((resolve) => socket.once('close', resolve)),
  };
}

const ask = (id: number, method: string, params: unknown = {}) => JSON.stringify({ jsonrpc: '2.0', id, method, params });
const authenticate = ask(1, 'authenticate', { token: 'right', protocolVersion: 1, client: 'test' });

async function connectAuthenticated(): Promise<Raw> {
  const raw = await connect('/proxy/1234/some/path?with=query');
  raw.socket.send(authenticate);
  expect(await raw.next()).toEqual({ jsonrpc: '2.0', id: 1, result: { version: '1', workspace: '/', pid: 1 } });
  return raw;
}

afterEach(() => {
  server = undefined;
});

test('a wrong token is told and the connection closed with 4401', async () => {
  const raw = await connect();
  raw.socket.send(ask(7, 'authenticate', { token: 'wrong', protocolVersion: 1, client: 'test' }));
  expect(await raw.next()).toMatchObject({ id: 7, error: { code: errorCodes.unauthorized, message: 'The token is wrong.' } });
  expect(await raw.closed).toBe(4401);
});

test.each([
  ['another request', ask(3, 'runs/list')],
  ['nonsense', 'nonsense'],
  ['a notification', JSON.stringify({ jsonrpc: '2.0', method: 'authenticate' })],
])('%s before authenticate closes the connection with 4401', async (_what, text) => {
  const raw = await connect();
  raw.socket.send(text);
  expect((await raw.next()).error?.message).toContain('must be an “authenticate” request');
  expect(await raw.closed).toBe(4401);
});

test('silence for five seconds closes the connection with 4401', async () => {
  const raw = await connect();
  expect((await raw.next()).error?.message).toContain('came in time');
  expect(await raw.closed).toBe(4401);
});

test('malformed messages are answered with a sentence and the connection stays', async () => {
  const raw = await connectAuthenticated();
  const started = { model: { kind: 'builtin', name: 'resnet8' } };
  const cases: [string, number, string][] = [
    ['{"jsonrpc": "2.0", ', errorCodes.parseError, 'The message is not JSON.'],
    ['[]', errorCodes.invalidRequest, 'Batches are not part of this protocol'],
    ['{"id":1,"method":"runs/list"}', errorCodes.invalidRequest, 'not a JSON-RPC 2.0 request'],
    [ask(2, 'runs/explode'), errorCodes.methodNotFound, 'There is no method “runs/explode”; there are authenticate, inspect,'],
    [ask(2, 'toString'), errorCodes.methodNotFound, 'There is no method “toString”'],
    [ask(2, 'runs/stop', { runId: 5 }), errorCodes.invalidParameters, 'The run id must be a text, not 5.'],
    [
      ask(2, 'runs/start', { configuration: { ...started, batchSize: 0 } }),
      errorCodes.invalidParameters,
      'The batch size must be at least 1, not 0.',
    ],
    [
      ask(2, 'runs/tune', { runId: 'x', tuning: { learningRate: -1 } }),
      errorCodes.invalidParameters,
      'The learning rate must be at least 0, not -1.',
    ],
    [ask(2, 'runs/stop', { runId: 'x', extra: 1 }), errorCodes.invalidParameters, 'extra'],
    [ask(2, 'runs/stop', { runId: 'x' }), errorCodes.refused, 'Not now.'],
  ];
  for (const [text, code, sentence] of cases) {
    raw.socket.send(text);
    const { error } = await raw.next();
    expect(error?.code).toBe(code);
    expect(error?.message).toContain(sentence);
  }
  raw.socket.send(Buffer.from([1, 2, 3]));
  expect((await raw.next()).error?.message).toContain('Binary messages');
  raw.socket.send(ask(9, 'runs/start', { configuration: { model: { kind: 'builtin', name: 'resnet8' } } }));
  expect(await raw.next()).toEqual({ jsonrpc: '2.0', id: 9, result: { runId: 'x' } });
});

test('a notification of a client has no answer', async () => {
  const raw = await connectAuthenticated();
  raw.socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'runs/list' }));
  raw.socket.send(ask(5, 'runs/unsubscribe', { runId: 'x' }));
  expect(await raw.next()).toEqual({ jsonrpc: '2.0', id: 5, result: {} });
});

test('a defect of a handler and a result that breaks its schema are internal errors, logged', async () => {
  const raw = await connectAuthenticated();
  raw.socket.send(ask(2, 'inspect', { file: '/x.ts' }));
  expect((await raw.next()).error).toEqual({
    code: errorCodes.internalError,
    message: '“inspect” failed in the training backend: a defect',
  });
  raw.socket.send(ask(3, 'runs/list'));
  expect((await raw.next()).error?.code).toBe(errorCodes.internalError);
  expect(defects.join('\n')).toContain('a defect');
  expect(defects.join('\n')).toContain('“runs/list”');
});

test('an answer above the maximum size is replaced by an error', async () => {
  const raw = await connectAuthenticated();
  raw.socket.send(ask(2, 'environment'));
  expect((await raw.next()).error?.code).toBe(errorCodes.tooLarge);
});

test('who asks and asks without reading the answers is cut off', async () => {
  const raw = await connectAuthenticated();
  environmentBytes = 4 * 1024 * 1024;
  raw.socket.pause();
  for (let id = 2; id < 30; id++) raw.socket.send(ask(id, 'environment'));
  await vi.waitFor(() => expect(defects.join('\n')).toContain('does not read what it asked for'), { timeout: 30_000 });
  environmentBytes = maximumMessageBytes;
  raw.socket.terminate();
});

test('a peer that does not answer pings is dropped, one that does stays', async () => {
  const alive = await connect('/', { heartbeatMs: 100 });
  const dead = await connect('/', { autoPong: false });
  alive.socket.send(authenticate);
  dead.socket.send(authenticate);
  expect(await dead.closed).toBe(1006);
  expect(alive.socket.readyState).toBe(WebSocket.OPEN);
});

test('an oversized message closes the connection with 1009 and others go on', async () => {
  const other = await connectAuthenticated();
  const raw = await connectAuthenticated();
  raw.socket.send(ask(2, 'runs/stop', { runId: 'x'.repeat(maximumMessageBytes) }));
  expect(await raw.closed).toBe(1009);
  other.socket.send(ask(2, 'runs/resume', { runId: 'x' }));
  expect(await other.next()).toMatchObject({ result: {} });
});

test('plain HTTP gets 426 and learns nothing', async () => {
  await connect();
  const answer = await new Promise<{ status: number | undefined; body: string }>((resolve) => {
    request({ port: server?.port, host: '127.0.0.1', path: '/runs/list' }, (response) => {
      let body = '';
      response.on('data', (data) => {
        body += data;
      });
      response.on('end', () => resolve({ status: response.statusCode, body }));
    }).end();
  });
  expect(answer).toEqual({ status: 426, body: 'This port speaks WebSocket only.\n' });
});

test('a port that cannot be opened is one sentence', async () => {
  await connect();
  await expect(listen(() => {}, { port: server?.port })).rejects.toThrow(
    'The training backend cannot open a port on 127.0.0.1 (EADDRINUSE): allow local connections in your firewall or sandbox, then restart the backend.',
  );
});
