import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { InspectionRequest } from '../inspection/inspection-messages';
import type { InspectionResult } from '../protocol/inspection';
import type { MethodParameters } from '../protocol/messages';

type Question = MethodParameters<'inspect'>;

interface Inspects {
  inspect(request: InspectionRequest): Promise<InspectionResult>;
}

interface Entry {
  key: string;
  result: InspectionResult;
  /** Time of change of every imported file when it was inspected. */
  dependencies: Map<string, number>;
}

const maximumEntries = 64;

/** Answers at once when neither the text nor anything that it imports has changed since the same question was answered. */
export class InspectionCache {
  private readonly entries = new Map<string, Entry>();
  private readonly running = new Map<string, Promise<InspectionResult>>();
  /** The latest question about each file. */
  private readonly asked = new Map<string, string>();

  constructor(private readonly inspector: Inspects) {}

  /** For what an answer from memory would not do: the file is run. */
  inspectAnew(request: InspectionRequest): Promise<InspectionResult> {
    return this.inspector.inspect(request);
  }

  async inspect(question: Question): Promise<InspectionResult> {
    const key = await keyOf(question);
    const entry = this.entries.get(question.file);
    if (entry?.key === key && (await unchanged(entry.dependencies))) return entry.result;
    const running = this.running.get(key);
    if (running) return running;
    const inspection = this.inspectNow(question, key).finally(() => this.running.delete(key));
    this.running.set(key, inspection);
    return inspection;
  }

  private async inspectNow(question: Question, key: string): Promise<InspectionResult> {
    const began = Date.now();
    this.asked.set(question.file, key);
    const result = await this.inspector.inspect(question as InspectionRequest);
    // The inspector answers a waiting question with a newer one about the same file: that answer is not this text's.
    if (this.asked.get(question.file) !== key) return result;
    this.asked.delete(question.file);
    this.entries.delete(question.file);
    // A problem may go away without a change of any file known here: a package is installed, an import appears, the machine is less busy.
    if (result.problems.length > 0) return result;
    const dependencies = await changeTimes(result.dependencies);
    if ([...dependencies.values()].some((changed) => changed >= began)) return result;
    this.entries.set(question.file, { key, result, dependencies });
    if (this.entries.size > maximumEntries) this.entries.delete(this.entries.keys().next().value!);
    return result;
  }
}

async function keyOf({ file, text, inputShape, python }: Question): Promise<string> {
  // A file that cannot be read is the inspector's to report.
  const content = text ?? (await readFile(file).catch(() => ''));
  const hash = createHash('sha256').update(content).digest('hex');
  return JSON.stringify([file, hash, text === undefined, inputShape, python]);
}

const missing = -1;

async function changeTimes(files: readonly string[]): Promise<Map<string, number>> {
  const times = files.map(async (file) => {
    const time = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => missing,
    );
    return [file, time] as const;
  });
  return new Map(await Promise.all(times));
}

async function unchanged(dependencies: Map<string, number>): Promise<boolean> {
  const now = await changeTimes([...dependencies.keys()]);
  return [...dependencies].every(([file, time]) => now.get(file) === time);
}
