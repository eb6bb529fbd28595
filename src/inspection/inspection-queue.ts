import type { InspectionProblem, InspectionResult } from '../protocol/inspection';
import type { InspectionRequest } from './inspection-messages';
import { InspectionEnded, type InspectionWorker } from './inspection-worker';
import { failedInspection } from './problems';

export interface InspectionLimits {
  /** How long a model file may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How much memory it may take, in MB. */
  readonly memoryMB: number;
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
export class InspectionQueue {
  private readonly waiting: Waiting[] = [];
  private worker: InspectionWorker | undefined;
  private busy = false;
  private disposed = false;

  constructor(
    private readonly limits: InspectionLimits,
    private readonly start: () => InspectionWorker,
  ) {}

  /** Starts the process, so that it is warm when it is asked. */
  warm(): void {
    this.worker ??= this.start();
  }

  /** Never rejects for what a file does: that is a problem in the result. */
  inspect(request: InspectionRequest): Promise<InspectionResult> {
    // Weights are written for one who waits for them: such a question is never answered by another.
    const older = this.waiting.find(({ request: { file, weights } }) => file === request.file && !weights && !request.weights);
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
    this.worker?.end('process-failed');
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
      if (!this.worker?.usable) this.worker = this.start();
      const { result, spent } = await this.worker.inspect(request, this.limits.timeoutMs);
      if (spent) this.replaceWorker();
      return result;
    } catch (error) {
      if (!this.disposed) this.replaceWorker();
      return failedInspection(request, problemOf(error, this.limits), { milliseconds: performance.now() - began });
    }
  }

  private replaceWorker(): void {
    this.worker?.end('process-failed');
    this.worker = this.start();
  }
}

function problemOf(error: unknown, { timeoutMs, memoryMB }: InspectionLimits): InspectionProblem {
  const { ending, detail } = error instanceof InspectionEnded ? error : { ending: 'process-failed' as const, detail: String(error) };
  switch (ending) {
    case 'timeout':
      return {
        code: 'timeout',
        message: `The file did not finish within ${timeoutMs / 1000} s: look for a loop that never ends or work beside building the model, or raise the time limit for inspection.`,
      };
    case 'out-of-memory':
      return {
        code: 'out-of-memory',
        message: `The file took more than ${memoryMB} MB of memory: keep data out of the model file, or raise the memory limit for inspection.`,
      };
    default:
      return {
        code: 'process-failed',
        message: `The inspection process ended before it answered (${detail}); change the file and save it to try again.`,
      };
  }
}
