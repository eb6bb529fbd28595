import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TextChannel } from '../../src/protocol/rpc';
import { type ConnectionState, MetricsConnection, socketTimeoutMs, steadyMs } from '../../webview-ui/dashboard/metrics-connection';
import { RunRecord } from '../../webview-ui/dashboard/run-record';
import { FakeBackend, FakeSocket, iterationRecord, relayTo, token } from './fake-backend';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A page's connection with everything that it reached and heard. */
function page({ blocked = false, relayBlocked = false } = {}) {
  const backend = new FakeBackend();
  const sockets: FakeSocket[] = [];
  const relays: TextChannel[] = [];
  const states: ConnectionState[] = [];
  const problems: string[] = [];
  const taken: number[] = [];
  let record = new RunRecord();
  const connection = new MetricsConnection(
    {
      openSocket() {
        const socket = new FakeSocket(backend);
        sockets.push(socket);
        if (!blocked) queueMicrotask(() => socket.open());
        return socket;
      },
      openRelay() {
        const relay = relayTo(backend);
        relays.push(relay);
        return relayBlocked ? { ...relay, send: () => relay.close() } : relay;
      },
    },
    {
      state: (state) => states.push(state),
      runs: () => {},
      changed: () => {},
      deleted: () => {},
      problem: (sentence) => problems.push(sentence),
      records({ records }) {
        taken.push(...records.map(({ sequence }) => sequence));
        record.take(records);
      },
      lastSequence: () => record.lastSequence,
      restart() {
        record = new RunRecord();
      },
    },
  );
  const settle = () => vi.advanceTimersByTimeAsync(0);
  return { backend, sockets, relays, states, problems, taken, connection, settle, iterations: () => record.progress.x };
}

const endpoint = { address: 'ws://127.0.0.1:1', token };

test('over an open socket the page authenticates first and gets the whole run', async () => {
  const { backend, states, connection, settle, iterations } = page();
  backend.records = [iterationRecord(1), iterationRecord(2)];
  connection.follow('r');
  connection.setEndpoint(endpoint);
  await settle();
  expect(backend.requests.map(({ method }) => method)).toEqual(['authenticate', 'runs/list', 'runs/subscribe']);
  expect(states.at(-1)).toEqual({ kind: 'open', route: 'socket' });
  expect(iterations()).toEqual([1, 2]);
});

test('a socket that does not open within the time gives way to the relay, and records come over that', async () => {
  const { backend, sockets, states, connection, settle, iterations } = page({ blocked: true });
  connection.follow('r');
  connection.setEndpoint(endpoint);
  await vi.advanceTimersByTimeAsync(socketTimeoutMs - 1);
  expect(states.at(-1)).toEqual({ kind: 'connecting', route: 'socket' });
  await vi.advanceTimersByTimeAsync(1);
  await settle();
  expect(states.at(-1)).toEqual({ kind: 'open', route: 'relay' });
  expect(sockets[0]!.readyState).toBe(3);
  backend.grow(iterationRecord(1));
  expect(iterations()).toEqual([1]);
});

test('an error of the socket goes to the relay at once', async () => {
  const { sockets, states, connection, settle } = page({ blocked: true });
  connection.setEndpoint(endpoint);
  sockets[0]!.close();
  await settle();
  expect(states.at(-1)).toEqual({ kind: 'open', route: 'relay' });
});

test('after a break the page asks for what it missed: nothing is lost and nothing comes twice', async () => {
  const { backend, sockets, states, taken, connection, settle, iterations } = page();
  connection.follow('r');
  connection.setEndpoint(endpoint);
  await settle();
  backend.grow(iterationRecord(1), iterationRecord(2));
  sockets[0]!.close();
  expect(states.at(-1)).toMatchObject({ kind: 'broken', retryMs: 500 });
  backend.grow(iterationRecord(3), iterationRecord(4));
  await vi.advanceTimersByTimeAsync(500);
  backend.grow(iterationRecord(5));
  expect(backend.requests.filter(({ method }) => method === 'runs/subscribe').map(({ params }) => params.after)).toEqual([0, 2]);
  expect(taken).toEqual([1, 2, 3, 4, 5]);
  expect(iterations()).toEqual([1, 2, 3, 4, 5]);
});

test('where neither way works the page says why and tries again after growing pauses', async () => {
  const { sockets, states, connection } = page({ blocked: true, relayBlocked: true });
  connection.setEndpoint(endpoint);
  await vi.advanceTimersByTimeAsync(60_000);
  const pauses = states.flatMap((state) => (state.kind === 'broken' ? [state.retryMs] : []));
  expect(pauses.slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
  expect(states.find((state) => state.kind === 'broken')).toMatchObject({ reason: 'The connection to the training backend was closed.' });
  expect(sockets.length).toBeGreaterThan(2);
});

test('a backend that breaks every connection soon after it opened is not hammered', async () => {
  const { sockets, states, connection, settle } = page();
  connection.setEndpoint(endpoint);
  for (let round = 0; round < 4; round++) {
    await settle();
    sockets.at(-1)!.close();
    await vi.advanceTimersByTimeAsync((states.at(-1) as { retryMs: number }).retryMs);
  }
  expect(states.flatMap((state) => (state.kind === 'broken' ? [state.retryMs] : []))).toEqual([500, 1000, 2000, 4000]);
  await vi.advanceTimersByTimeAsync(steadyMs);
  sockets.at(-1)!.close();
  expect(states.at(-1)).toMatchObject({ kind: 'broken', retryMs: 500 });
});

test('a wrong token is said and is not tried over the relay', async () => {
  const { relays, states, connection, settle } = page();
  connection.setEndpoint({ ...endpoint, token: 'other' });
  await settle();
  expect(states.at(-1)).toMatchObject({ kind: 'broken', reason: 'The token is wrong.' });
  expect(relays).toHaveLength(0);
});

test('a token without an address means the relay and no socket', async () => {
  const { sockets, states, connection, settle } = page();
  connection.setEndpoint({ token });
  await settle();
  expect(sockets).toHaveLength(0);
  expect(states.at(-1)).toEqual({ kind: 'open', route: 'relay' });
});

test('without a backend there is nothing to try, and a restarted one is used at once', async () => {
  const { sockets, states, connection, settle } = page();
  connection.setEndpoint({});
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sockets).toHaveLength(0);
  expect(states.at(-1)).toEqual({ kind: 'broken', reason: 'The training backend is not running.' });
  connection.setEndpoint(endpoint);
  await settle();
  expect(states.at(-1)).toEqual({ kind: 'open', route: 'socket' });
});

test('the same place named again does not break a working connection', async () => {
  const { sockets, connection, settle } = page();
  connection.setEndpoint(endpoint);
  await settle();
  connection.setEndpoint({ ...endpoint });
  await settle();
  expect(sockets).toHaveLength(1);
  connection.setEndpoint({ ...endpoint, address: 'ws://127.0.0.1:2' });
  await settle();
  expect(sockets).toHaveLength(2);
  expect(sockets[0]!.readyState).toBe(3);
});

test('a backend whose record is shorter than the page’s makes the page take the run again', async () => {
  const { backend, sockets, connection, settle, iterations } = page();
  connection.follow('r');
  connection.setEndpoint(endpoint);
  await settle();
  backend.grow(iterationRecord(1), iterationRecord(2), iterationRecord(3));
  sockets[0]!.close();
  backend.records = [iterationRecord(1), iterationRecord(2)];
  await vi.advanceTimersByTimeAsync(500);
  expect(iterations()).toEqual([1, 2]);
});

test('another run chosen ends the subscription to the one before', async () => {
  const { backend, connection, settle } = page();
  connection.follow('r');
  connection.setEndpoint(endpoint);
  await settle();
  connection.follow('s');
  await settle();
  expect(backend.requests.slice(-2).map(({ method, params }) => [method, params.runId])).toEqual([
    ['runs/unsubscribe', 'r'],
    ['runs/subscribe', 's'],
  ]);
});
