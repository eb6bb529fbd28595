import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { mediaFile } from '../../platform/media-file';
import { inputShapeDirective } from '../input-shape';
import type { InspectionRequest } from '../inspection-messages';
import { type Ending, environmentOf, type InspectionAnswer, InspectionEnded, type InspectionWorker } from '../inspection-worker';
import { failedInspection, InspectionError, textOf } from '../problems';
import { pythonInterpreter } from './interpreter';
import { type FromTracer, fromTracerSchema } from './tracer-messages';
import { inspectionResultOf } from './tracer-result';

/** Loading PyTorch or TensorFlow takes seconds, and minutes where a slow disk is cold; that time is not the file's. */
const loadLimitMs = 300_000;
/** The tracer interrupts a file in time and names the line; this much later, it is ended from here. */
const graceMs = 5000;
/** A model's own weights are values, not only shapes. */
const weightsFactor = 8;

const keptVariables = [
  ...['VIRTUAL_ENV', 'CONDA_PREFIX', 'PYENV_ROOT', 'PYENV_VERSION', 'PYTHONPATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'],
  ...['APPDATA', 'LOCALAPPDATA', 'SystemDrive', 'KERAS_BACKEND', 'KERAS_HOME'],
];
const setVariables = {
  ...{ PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1', MPLBACKEND: 'Agg', TF_CPP_MIN_LOG_LEVEL: '3', CUDA_VISIBLE_DEVICES: '' },
  // Nothing is computed that would gain from threads, and the editor's other work does.
  ...{ OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
};

export interface PythonWorkerOptions {
  /** Files are run in the process itself, which is spent then; where the system forks, each has a process of its own. */
  readonly inProcess?: boolean;
}

/** The process that inspects Python files. It is started by the first question, with that question's interpreter. */
export class PythonWorker implements InspectionWorker {
  private tracer: Tracer | undefined;
  private ending: Ending | undefined;

  constructor(
    private readonly memoryMB: number,
    private readonly options: PythonWorkerOptions = {},
  ) {}

  get usable(): boolean {
    return this.ending === undefined && this.tracer?.ended !== true;
  }

  async inspect(request: InspectionRequest, timeoutMs: number): Promise<InspectionAnswer> {
    const began = performance.now();
    const milliseconds = () => performance.now() - began;
    try {
      const text = textOf(request);
      const interpreter = pythonInterpreter(request.python);
      if (this.tracer && this.tracer.interpreter !== interpreter) this.tracer.end();
      if (this.tracer?.ended !== false) this.tracer = new Tracer(interpreter, this.options.inProcess ?? process.platform !== 'linux');
      const { weights } = request;
      const factor = weights ? weightsFactor : 1;
      const seconds = (factor * timeoutMs) / 1000;
      const question = {
        ...{ file: request.file, text, inputShape: inputShapeDirective(text) ?? request.inputShape ?? null },
        ...{ timeoutSeconds: seconds, memoryMB: factor * this.memoryMB },
        ...(weights && { exportName: weights.exportName, weightsFile: weights.file }),
      };
      const answer = await this.tracer.ask(question, 1000 * seconds);
      return { result: inspectionResultOf(request.file, answer.result, milliseconds()), spent: answer.spent };
    } catch (error) {
      if (this.ending) throw new InspectionEnded(this.ending, this.ending);
      if (!(error instanceof InspectionError)) throw error;
      const { code, message } = error;
      return { result: failedInspection(request, { code, message }, { milliseconds: milliseconds() }), spent: false };
    }
  }

  end(ending: Ending): void {
    this.ending ??= ending;
    this.tracer?.end();
  }
}

/** One Python process that runs the tracer, which is part of the product. */
class Tracer {
  ended = false;
  private readonly child: ChildProcess;
  private errors = '';
  private waiting: { resolve(message: FromTracer): void; reject(error: Error): void } | undefined;
  /** What nobody waited for yet: two lines may arrive at once. */
  private readonly arrived: FromTracer[] = [];

  constructor(
    readonly interpreter: string,
    inProcess: boolean,
  ) {
    this.child = spawn(interpreter, ['-B', mediaFile('python', 'trace_models.py'), ...(inProcess ? ['--in-process'] : [])], {
      cwd: tmpdir(),
      env: { ...environmentOf(keptVariables), ...setVariables },
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-4000);
    });
    this.child.stdin?.on('error', () => {});
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.receive(line));
    this.child.on('error', (error) => this.fail(error.message));
    this.child.on('close', (code, signal) => this.fail(lastLine(this.errors) ?? (signal ? `signal ${signal}` : `code ${code}`)));
  }

  /** @throws InspectionEnded when there is no answer in time or the process ends. */
  async ask(question: object, timeoutMs: number): Promise<Extract<FromTracer, { type: 'result' }>> {
    this.child.stdin?.write(`${JSON.stringify(question)}\n`);
    const notLoaded = () =>
      new InspectionEnded('process-failed', `what the file imports from packages was not loaded within ${loadLimitMs / 1000} s`);
    let message = await this.next(loadLimitMs, notLoaded);
    while (message.type === 'ready') message = await this.next(loadLimitMs, notLoaded);
    if (message.type === 'loaded') message = await this.next(timeoutMs + graceMs, () => new InspectionEnded('timeout', 'timeout'));
    if (message.type === 'result') return message;
    throw this.crash(message);
  }

  end(): void {
    this.ended = true;
    this.child.kill('SIGKILL');
  }

  private crash(message: FromTracer): InspectionEnded {
    const signal = message.type === 'crashed' ? message.signal : null;
    if (/bad_alloc|MemoryError|allocate memory/i.test(this.errors)) return new InspectionEnded('out-of-memory', 'out-of-memory');
    return new InspectionEnded('process-failed', signal === null ? (lastLine(this.errors) ?? 'no reason given') : `signal ${signal}`);
  }

  private next(limitMs: number, late: () => InspectionEnded): Promise<FromTracer> {
    const arrived = this.arrived.shift();
    if (arrived) return Promise.resolve(arrived);
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(new InspectionEnded('process-failed', lastLine(this.errors) ?? 'it has ended'));
      const timer = setTimeout(() => {
        this.end();
        reject(late());
      }, limitMs);
      const settle = () => {
        clearTimeout(timer);
        this.waiting = undefined;
      };
      this.waiting = {
        resolve: (message) => {
          settle();
          resolve(message);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
    });
  }

  private receive(line: string): void {
    const message = fromTracerSchema.safeParse(parsed(line));
    if (message.success) {
      if (this.waiting) this.waiting.resolve(message.data);
      else this.arrived.push(message.data);
    } else this.fail(`its answer is not understood: ${message.error.issues[0]?.path.join('.')} ${message.error.issues[0]?.message}`);
  }

  private fail(detail: string): void {
    this.end();
    this.waiting?.reject(new InspectionEnded('process-failed', detail));
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1)?.trim() || undefined;
}
