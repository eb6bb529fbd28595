import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { builtFile } from '../platform/built-file';
import type { FromInspectionProcess, InspectionRequest } from './inspection-messages';
import { type Ending, environmentOf, type InspectionAnswer, InspectionEnded, type InspectionWorker } from './inspection-worker';
import { residentMegabytes } from './resident-memory';

const startLimitMs = 30_000;
const memoryCheckMs = 100;

/** The process that inspects TypeScript and JavaScript. */
export class InspectionChild implements InspectionWorker {
  private readonly child: ChildProcess;
  private readonly ready: Promise<void>;
  private errors = '';
  private pending: { resolve(answer: InspectionAnswer): void; reject(error: InspectionEnded): void } | undefined;
  private ended: InspectionEnded | undefined;

  constructor(private readonly memoryMB: number) {
    this.child = fork(builtFile('inspection.js'), [], {
      cwd: tmpdir(),
      env: environmentOf(['ELECTRON_RUN_AS_NODE']),
      execArgv: [`--max-old-space-size=${memoryMB}`],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-4000);
    });
    this.ready = new Promise((resolve, reject) => {
      this.child.on('message', (message: FromInspectionProcess) => {
        if (message.type === 'ready') resolve();
        else this.pending?.resolve(message);
      });
      const fail = (ending: Ending, detail: string) => {
        this.ended ??= new InspectionEnded(ending, detail);
        reject(this.ended);
        this.pending?.reject(this.ended);
      };
      this.child.on('error', (error) => fail('process-failed', error.message));
      this.child.on('close', (code, signal) => {
        const outOfMemory = /heap out of memory|Allocation failed/i.test(this.errors);
        fail(outOfMemory ? 'out-of-memory' : 'process-failed', signal ? `signal ${signal}` : `code ${code}`);
      });
    });
    this.ready.catch(() => {});
  }

  get usable(): boolean {
    return this.ended === undefined;
  }

  async inspect(request: InspectionRequest, timeoutMs: number): Promise<InspectionAnswer> {
    await this.within(startLimitMs, this.ready);
    const answer = new Promise<InspectionAnswer>((resolve, reject) => {
      this.pending = { resolve, reject };
    });
    answer.catch(() => {});
    this.child.send({ type: 'inspect', id: 0, request });
    const watch = setInterval(() => {
      if (residentMegabytes(this.child.pid) > this.memoryMB) this.end('out-of-memory');
    }, memoryCheckMs);
    try {
      return await this.within(timeoutMs, answer);
    } finally {
      clearInterval(watch);
      this.pending = undefined;
    }
  }

  end(ending: Ending): void {
    this.ended ??= new InspectionEnded(ending, ending);
    this.pending?.reject(this.ended);
    this.child.kill('SIGKILL');
  }

  private async within<T>(limitMs: number, answer: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      // Near its limit V8 collects garbage over and over before it gives up: memory was the reason, not time.
      const starved = residentMegabytes(this.child.pid) > 0.8 * this.memoryMB;
      this.end(starved ? 'out-of-memory' : 'timeout');
    }, limitMs);
    try {
      return await answer;
    } finally {
      clearTimeout(timer);
    }
  }
}
