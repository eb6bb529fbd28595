import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BackendConnection } from '../../../src/extension/backend/backend-connection';
import type { BackendProcess } from '../../../src/extension/backend/backend-process';
import { BackendSupervisor, type Failure } from '../../../src/extension/backend/backend-supervisor';
import { Listeners } from '../../../src/extension/listeners';
import type { BackendMessage } from '../../../src/protocol/messages';
import { RpcClient, type TextChannel } from '../../../src/protocol/rpc';

/** A process that does what the test says. */
class ScriptedProcess implements BackendProcess {
  readonly pid = 1;
  readonly messages = new Listeners<BackendMessage>();
  readonly exits = new Listeners<string>();
  stopped = false;
  onMessage = (listener: (message: BackendMessage) => void) => void this.messages.add(listener);
  onExit = (listener: (reason: string) => void) => void this.exits.add(listener);
  stop(): void {
    this.stopped = true;
  }
  ready(): void {
    this.messages.fire({ type: 'ready', port: 1234, token: 'x'.repeat(64), pid: 1, protocolVersion: 1 });
  }
}

class ScriptedConnection implements BackendConnection {
  private readonly closes = new Listeners<void>();
  readonly texts = new Listeners<string>();
  private readonly channel: TextChannel = {
    send: () => {},
    onText: (listener) => void this.texts.add(listener),
    onClose: (listener) => void this.closes.add(listener),
    close: () => {},
  };
  readonly client = new RpcClient(this.channel);
  onClose = (listener: () => void) => void this.closes.add(listener);
  close = () => {};
  break = () => this.closes.fire();
}

let processes: ScriptedProcess[];
let connections: ScriptedConnection[];
let failures: Failure[];
let training: boolean;
let refuseConnections: boolean;
let supervisor: BackendSupervisor;

beforeEach(() => {
  vi.useFakeTimers();
  processes = [];
  connections = [];
  failures = [];
  training = false;
  refuseConnections = false;
  supervisor = new BackendSupervisor({
    launch: () => {
      processes.push(new ScriptedProcess());
      return processes.at(-1)!;
    },
    connect: async () => {
      if (refuseConnections) throw new Error('No connection.');
      connections.push(new ScriptedConnection());
      return connections.at(-1)!;
    },
    isTraining: () => training,
    log: () => {},
  });
  supervisor.onFailure.add((failure) => failures.push(failure));
});
afterEach(() => {
  supervisor.stop();
  vi.useRealTimers();
});

async function run(): Promise<void> {
  const starting = supervisor.client();
  processes.at(-1)!.ready();
  await starting;
}

describe('the backend’s supervisor', () => {
  it('starts one process, however many ask', async () => {
    const clients = [supervisor.client(), supervisor.client()];
    expect(supervisor.state.kind).toBe('starting');
    processes[0]!.ready();
    expect(await clients[0]).toBe(await clients[1]);
    expect(processes).toHaveLength(1);
    expect(supervisor.state.kind).toBe('running');
  });

  it('tells the backend’s own sentence when it cannot serve', async () => {
    const starting = supervisor.client();
    processes[0]!.messages.fire({ type: 'failed', message: 'The port is blocked.' });
    processes[0]!.exits.fire('exit code 1');
    await expect(starting).rejects.toThrow('The port is blocked.');
    expect(supervisor.state).toEqual({ kind: 'failed', message: 'The port is blocked.' });
    expect(failures).toEqual([{ reason: 'The port is blocked.', wasTraining: false, restarting: false }]);
  });

  it('gives up on a process that never says where it listens', async () => {
    const starting = supervisor.client();
    const refused = expect(starting).rejects.toThrow('did not start within 20 s');
    await vi.advanceTimersByTimeAsync(20_000);
    await refused;
    expect(processes[0]!.stopped).toBe(true);
  });

  it('starts it again when it dies idle, three times at most, waiting longer each time', async () => {
    await run();
    for (const delay of [1000, 4000, 16_000]) {
      processes.at(-1)!.exits.fire('It died.');
      expect(failures.at(-1)).toMatchObject({ restarting: true });
      const before = processes.length;
      await vi.advanceTimersByTimeAsync(delay - 1);
      expect(processes).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(processes).toHaveLength(before + 1);
      processes.at(-1)!.ready();
      await supervisor.client();
    }
    processes.at(-1)!.exits.fire('It died.');
    expect(failures.at(-1)).toMatchObject({ restarting: false });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(processes).toHaveLength(4);
    await expect(supervisor.client()).rejects.toThrow('It died.');
  });

  it('leaves it dead when a run was live, and starts it when asked to', async () => {
    await run();
    training = true;
    processes[0]!.exits.fire('It was killed.');
    expect(failures).toEqual([{ reason: 'It was killed.', wasTraining: true, restarting: false }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(processes).toHaveLength(1);
    const restarted = supervisor.restart();
    processes[1]!.ready();
    await restarted;
    expect(supervisor.state.kind).toBe('running');
  });

  it('is healthy again after five minutes', async () => {
    await run();
    for (let crash = 0; crash < 5; crash++) {
      await vi.advanceTimersByTimeAsync(6 * 60_000);
      processes.at(-1)!.exits.fire('It died.');
      expect(failures.at(-1)).toMatchObject({ restarting: true });
      await vi.advanceTimersByTimeAsync(1000);
      processes.at(-1)!.ready();
      await supervisor.client();
    }
  });

  it('keeps listeners of notifications over restarts', async () => {
    const deleted: string[] = [];
    supervisor.on('runs/deleted', ({ runId }) => deleted.push(runId));
    const notify = (connection: ScriptedConnection, runId: string) =>
      connection.texts.fire(JSON.stringify({ jsonrpc: '2.0', method: 'runs/deleted', params: { runId } }));
    await run();
    notify(connections[0]!, 'one');
    const restarted = supervisor.restart();
    processes[1]!.ready();
    await restarted;
    notify(connections[1]!, 'two');
    expect(deleted).toEqual(['one', 'two']);
  });

  it('connects again when only the connection broke', async () => {
    await run();
    connections[0]!.break();
    await vi.advanceTimersByTimeAsync(0);
    expect(connections).toHaveLength(2);
    expect(await supervisor.client()).toBe(connections[1]!.client);
    expect(processes).toHaveLength(1);
  });

  it('ends a process that lives but cannot be reached', async () => {
    await run();
    refuseConnections = true;
    connections[0]!.break();
    await vi.advanceTimersByTimeAsync(0);
    expect(processes[0]!.stopped).toBe(true);
  });

  it('minds no exit after a stop', async () => {
    await run();
    supervisor.stop();
    processes[0]!.exits.fire('It ended.');
    expect(failures).toEqual([]);
    expect(supervisor.state.kind).toBe('stopped');
  });
});
