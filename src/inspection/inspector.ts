import type { InspectionResult } from '../protocol/inspection';
import { InspectionChild } from './inspection-child';
import type { InspectionRequest } from './inspection-messages';
import { InspectionQueue } from './inspection-queue';
import { isPythonFile } from './python/interpreter';
import { PythonWorker } from './python/python-worker';

export interface InspectorOptions {
  /** How long a model file may take, in milliseconds. */
  readonly timeoutMs?: number;
  /** How much memory it may take, in MB. */
  readonly memoryMB?: number;
}

/** Inspects model files, those of each language in a process of its own. */
export class Inspector {
  private readonly scripts: InspectionQueue;
  private readonly python: InspectionQueue;

  constructor({ timeoutMs = 5000, memoryMB = 512 }: InspectorOptions = {}) {
    const limits = { timeoutMs, memoryMB };
    this.scripts = new InspectionQueue(limits, () => new InspectionChild(memoryMB));
    this.python = new InspectionQueue(limits, () => new PythonWorker(memoryMB));
    this.scripts.warm();
  }

  /** Never rejects for what a file does: that is a problem in the result. */
  inspect(request: InspectionRequest): Promise<InspectionResult> {
    return (isPythonFile(request.file) ? this.python : this.scripts).inspect(request);
  }

  dispose(): void {
    this.scripts.dispose();
    this.python.dispose();
  }
}
