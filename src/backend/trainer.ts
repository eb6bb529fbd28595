import { type ChildProcess, fork } from 'node:child_process';
import * as z from 'zod';
import type { MetricRecord } from '../protocol/records';
import type { Log } from './log';
import { fromTrainerSchema, type ToTrainer, type TrainerOutcome, type TrainerPrepared } from './trainer-messages';

export interface TrainerListener {
  /** The first iteration comes next. */
  onPrepared(prepared: Omit<TrainerPrepared, 'type'>): void;
  /** @returns the sequence number that the record has in the run's files; undefined when it could not be written. */
  onRecord(record: MetricRecord): number | undefined;
  /** The process is gone. A crash or a kill is an `interrupted` with its reason. */
  onEnd(outcome: TrainerOutcome['outcome'] | 'interrupted', reason?: string): void;
}

/** Shortest time from one step of stopping to the next. */
const patienceMs = 5000;
/** A network whose iterations take long gets this many of its longest pauses between records to finish one and write a checkpoint. */
const patiencePauses = 4;
const maximumPatienceMs = 60_000;

/** The process that trains one run, from the backend's side. */
export class Trainer {
  private readonly process: ChildProcess;
  private outcome?: TrainerOutcome;
  private lastErrorLine = '';
  private stopping = false;
  private lastRecordAt = Date.now();
  private longestPauseMs = 0;
  private ended = false;
  private escalation?: ReturnType<typeof setTimeout>;

  /** @throws Error when the process cannot be started at all. */
  constructor(
    entry: string,
    private readonly listener: TrainerListener,
    private readonly log: Log,
  ) {
    this.process = fork(entry, [], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
    this.process.on('message', (message) => this.receive(message));
    this.process.stdout?.on('data', (data: Buffer) => log('info', String(data).trimEnd()));
    this.process.stderr?.on('data', (data: Buffer) => {
      log('warn', String(data).trimEnd());
      this.lastErrorLine = errorLine(String(data)) ?? this.lastErrorLine;
    });
    this.process.on('error', (error) => this.end(`The trainer process could not be started: ${error.message}.`));
    // 'close' comes after 'exit' when all output was read: the reason may be in it.
    this.process.on('close', (code, signal) => this.end(deathReason(code, signal, this.lastErrorLine)));
  }

  get pid(): number | undefined {
    return this.process.pid;
  }

  send(message: ToTrainer): void {
    // The process may be gone already; its end is told by `close`.
    if (this.process.connected) this.process.send(message, () => {});
  }

  /** Asks for an end with a checkpoint; insists with SIGTERM, then SIGKILL. */
  stop(): void {
    if (this.stopping) return;
    this.stopping = true;
    this.send({ type: 'stop' });
    const patience = Math.min(Math.max(patienceMs, patiencePauses * this.longestPauseMs), maximumPatienceMs);
    this.escalation = setTimeout(() => {
      this.log('warn', `The trainer process ${this.pid} does not stop; it gets SIGTERM.`);
      this.process.kill('SIGTERM');
      this.escalation = setTimeout(() => {
        this.log('warn', `The trainer process ${this.pid} does not end; it gets SIGKILL.`);
        this.process.kill('SIGKILL');
      }, patienceMs);
    }, patience);
  }

  private receive(message: unknown): void {
    const parsed = fromTrainerSchema.safeParse(message);
    if (!parsed.success) {
      this.log('error', `The trainer process sent something unexpected: ${z.prettifyError(parsed.error)}`);
      return;
    }
    if (parsed.data.type === 'log') this.log(parsed.data.level, parsed.data.message);
    else if (parsed.data.type === 'ended') this.outcome = parsed.data;
    else if (parsed.data.type === 'prepared') this.listener.onPrepared({ data: parsed.data.data, environment: parsed.data.environment });
    else {
      const now = Date.now();
      this.longestPauseMs = Math.max(this.longestPauseMs, now - this.lastRecordAt);
      this.lastRecordAt = now;
      const lastSequence = this.listener.onRecord(parsed.data.record);
      if (lastSequence !== undefined) this.send({ type: 'recorded', count: 1, lastSequence });
    }
  }

  private end(reasonWithoutOutcome: string): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.escalation);
    if (this.outcome) this.listener.onEnd(this.outcome.outcome, this.outcome.reason);
    else this.listener.onEnd('interrupted', reasonWithoutOutcome);
  }
}

/** The line of an uncaught error's output that says what happened. */
function errorLine(output: string): string | undefined {
  const lines = output.split('\n').map((line) => line.trim());
  return lines.find((line) => /^(\w*Error|FATAL ERROR)\b/.test(line)) ?? undefined;
}

function deathReason(code: number | null, signal: NodeJS.Signals | null, errorText: string): string {
  const because = errorText ? `: ${errorText}` : '';
  if (signal === 'SIGKILL') return `The trainer process was killed (SIGKILL)${because || '; the machine may be short of memory'}.`;
  if (signal) return `The trainer process was ended by ${signal}${because}.`;
  return `The trainer process ended by itself with exit code ${code}${because}.`;
}
