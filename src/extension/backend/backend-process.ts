import { fork } from 'node:child_process';
import { type BackendMessage, backendMessageSchema } from '../../protocol/messages';
import { Listeners } from '../listeners';

export interface BackendLaunch {
  /** Path of the backend's bundle. */
  readonly entry: string;
  readonly workspace: string;
  readonly inspectionTimeoutMs: number;
  readonly inspectionMemoryMB: number;
}

/** A started backend, as its supervisor sees it. */
export interface BackendProcess {
  readonly pid: number | undefined;
  onMessage(listener: (message: BackendMessage) => void): void;
  /** The process is gone; the reason is a sentence. */
  onExit(listener: (reason: string) => void): void;
  /** Ends it: the channel is closed, then SIGTERM after 5 s, then SIGKILL. */
  stop(): void;
}

const patienceMs = 5000;

/** Starts the backend in a process of its own, with an IPC channel. Output that is not a message is given to `onOutput`, line by line. */
export function launchBackend(launch: BackendLaunch, onOutput: (line: string) => void): BackendProcess {
  const child = fork(launch.entry, argumentsOf(launch), {
    cwd: launch.workspace,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // In the desktop's extension host the executable is Electron, which is Node only when told so.
    env: { ...process.env, ...('electron' in process.versions ? { ELECTRON_RUN_AS_NODE: '1' } : {}) },
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => {
      for (const line of data.toString().split('\n')) if (line.trim()) onOutput(line.trimEnd());
    });
  }
  const exits = new Listeners<string>();
  let escalation: ReturnType<typeof setTimeout> | undefined;
  let gone = false;
  const end = (reason: string) => {
    if (gone) return;
    gone = true;
    clearTimeout(escalation);
    exits.fire(reason);
  };
  child.on('error', (error) => end(`The training backend could not be started: ${error.message}.`));
  child.on('exit', (code, signal) => end(exitReason(code, signal)));
  return {
    pid: child.pid,
    onMessage: (listener) =>
      child.on('message', (message) => {
        const parsed = backendMessageSchema.safeParse(message);
        if (parsed.success) listener(parsed.data);
        else onOutput(`The backend sent something unexpected: ${JSON.stringify(message).slice(0, 200)}`);
      }),
    onExit: (listener) => exits.add(listener),
    stop() {
      if (gone) return;
      if (child.connected) child.disconnect();
      escalation = setTimeout(() => {
        child.kill('SIGTERM');
        escalation = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      }, patienceMs);
    },
  };
}

function argumentsOf({ workspace, inspectionTimeoutMs, inspectionMemoryMB }: BackendLaunch): string[] {
  return [
    ...['--workspace', workspace],
    ...['--inspection-timeout-ms', String(inspectionTimeoutMs)],
    ...['--inspection-memory-mb', String(inspectionMemoryMB)],
  ];
}

/** Why the process ended, as one sentence. */
export function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGKILL') return 'The training backend was killed (SIGKILL); the machine may be short of memory.';
  if (signal) return `The training backend was ended by ${signal}.`;
  return `The training backend ended by itself with exit code ${code}.`;
}
