import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { builtinNetworks } from '../../protocol/configuration';

const tsx = pathToFileURL(createRequire(__filename).resolve('tsx')).href;

export interface StepProcessOptions {
  readonly network: (typeof builtinNetworks)[number];
  readonly batch: number;
  /** 0: the physical cores. */
  readonly threads: number;
  readonly engine: 'native' | 'wasm';
  /** Of the pairs of gated block and sample, those that are executed, with SLU's gates; absent: a network without gates. */
  readonly openShare?: number;
}

export type ToStepProcess =
  | { readonly ask: 'steps'; readonly milliseconds: number; readonly fewest: number; readonly collectGarbage?: boolean }
  | { readonly ask: 'digest' };

/** What steps took, and what the process held after them. */
export interface StepTurn {
  /** Milliseconds of each step. */
  readonly times: readonly number[];
  readonly residentBytes: number;
  /** JavaScript's heap and what lies outside it for its sake. */
  readonly heapBytes: number;
  /** Bytes that the steps left in JavaScript's memory before garbage was collected: all that they allocated, if they were few. */
  readonly garbageBytes: number;
}
export type FromStepProcess = StepTurn | { readonly digest: string } | { readonly ready: true };

/** A process that does training steps when asked, and otherwise sleeps: several of them take turns. */
export class Steps {
  private constructor(private readonly child: ChildProcess) {}

  /** @throws Error with one sentence where it cannot do any. */
  static async start(options: StepProcessOptions): Promise<Steps> {
    const child = fork(join(__dirname, 'step-process.ts'), [JSON.stringify(options)], {
      // So much room for what is new that a few steps end before anything of it is collected.
      execArgv: ['--import', tsx, '--expose-gc', '--min-semi-space-size=64'],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let said = '';
    child.stderr!.on('data', (data: Buffer) => {
      said = String(data).trim().split('\n').at(-1)!;
    });
    const steps = new Steps(child);
    const ready = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)]);
    if (ready === undefined) throw new Error(said || 'The process that does the steps has ended by itself.');
    return steps;
  }

  /** Does steps for so long, but at least `fewest`. */
  async take(milliseconds: number, fewest = 1, collectGarbage = false): Promise<StepTurn> {
    return (await this.ask({ ask: 'steps', milliseconds, fewest, collectGarbage })) as StepTurn;
  }

  /** Of all weights and momenta, bit for bit. */
  async digest(): Promise<string> {
    return ((await this.ask({ ask: 'digest' })) as { digest: string }).digest;
  }

  end(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private async ask(message: ToStepProcess): Promise<FromStepProcess> {
    this.child.send(message);
    const answered = new AbortController();
    const listening = { signal: answered.signal };
    const ended = once(this.child, 'exit', listening).then(
      () => undefined,
      () => undefined,
    );
    const answer = await Promise.race([once(this.child, 'message', listening), ended]);
    answered.abort();
    if (answer === undefined) throw new Error('The process that does the steps has ended by itself.');
    return answer[0] as FromStepProcess;
  }
}

/** Starts some, gives them to the work, and ends them. */
export async function withSteps<T>(options: readonly StepProcessOptions[], work: (steps: Steps[]) => Promise<T>): Promise<T> {
  const all: Steps[] = [];
  try {
    for (const each of options) all.push(await Steps.start(each));
    return await work(all);
  } finally {
    for (const steps of all) steps.end();
  }
}

/** The same, after first steps, in which code is compiled and memory touched. */
export function withWarmSteps<T>(options: readonly StepProcessOptions[], work: (steps: Steps[]) => Promise<T>): Promise<T> {
  return withSteps(options, async (steps) => {
    for (const each of steps) await each.take(300, 2);
    return work(steps);
  });
}
