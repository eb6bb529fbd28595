import type { InspectionProblem, InspectionResult } from '../protocol/inspection';
import { InspectionChild, InspectionEnded } from './inspection-child';
import type { InspectionRequest } from './inspection-messages';
import { failedInspection } from './problems';

export interface InspectorOptions {
  /** How long a model file may take, in milliseconds. */
  readonly timeoutMs?: number;
  /** How much memory it may take, in MB. */
  readonly memoryMB?: number;
}

interface Waiting {
  request: InspectionRequest;
  readonly promise: Promise<InspectionResult>;
  resolve(result: InspectionResult): void;
}

/**
 * Inspects model files in a process of its own, one at a time, and replaces that process when it ends or a file leaves it unclean. A newer
 * question about a file takes the place of an older one that still waits; both get the newer answer.
 */
export class Inspector {
  private readonly timeoutMs: number;
  private readonly memoryMB: number;
  private readonly waiting: Waiting[] = [];
  private child: InspectionChild | undefined;
  private busy = false;
  private disposed = false;

  constructor({ timeoutMs = 5000, memoryMB = 512 }: InspectorOptions = {}) {
    this.timeoutMs = timeoutMs;
    this.memoryMB = memoryMB;
    this.child = new InspectionChild(memoryMB);
  }

  /** Never rejects for what a file does: that is a problem in the result. */
  inspect(request: InspectionRequest): Promise<InspectionResult> {
    const older = this.waiting.find(({ request: { file } }) => file === request.file);
    if (older) {
      older.request = request;
      return older.promise;
    }
    let resolve: Waiting['resolve'] = () => {};
    const promise = new Promise<InspectionResult>((settle) => {
      resolve = settle;
    });
    this.waiting.push({ request, promise, resolve });
    void this.work();
    return promise;
  }

  dispose(): void {
    this.disposed = true;
    this.child?.end('process-failed');
  }

  private async work(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) next.resolve(await this.inspectNow(next.request));
    this.busy = false;
  }

  private async inspectNow(request: InspectionRequest): Promise<InspectionResult> {
    const began = performance.now();
    try {
      if (this.disposed) throw new InspectionEnded('process-failed', 'the inspector was closed');
      if (!this.child?.usable) this.child = new InspectionChild(this.memoryMB);
      const { result, spent } = await this.child.inspect(request, this.timeoutMs);
      if (spent) this.replaceChild();
      return result;
    } catch (error) {
      if (!this.disposed) this.replaceChild();
      const problem = this.problemOf(error);
      return failedInspection(request, problem, { milliseconds: performance.now() - began });
    }
  }

  /** Starts the next process at once, so that it is warm when it is asked. */
  private replaceChild(): void {
    this.child?.end('process-failed');
    this.child = new InspectionChild(this.memoryMB);
  }

  private problemOf(error: unknown): InspectionProblem {
    const { ending, detail } = error instanceof InspectionEnded ? error : { ending: 'process-failed' as const, detail: String(error) };
    switch (ending) {
      case 'timeout':
        return {
          code: 'timeout',
          message: `The file did not finish within ${this.timeoutMs / 1000} s: look for a loop that never ends or work beside building the model, or raise the time limit for inspection.`,
        };
      case 'out-of-memory':
        return {
          code: 'out-of-memory',
          message: `The file took more than ${this.memoryMB} MB of memory: keep data out of the model file, or raise the memory limit for inspection.`,
        };
      default:
        return {
          code: 'process-failed',
          message: `The inspection process ended before it answered (${detail}); change the file and save it to try again.`,
        };
    }
  }
}
