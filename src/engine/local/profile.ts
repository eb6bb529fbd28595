import type { ChainedStep } from './chains';
import { profileWords } from './control-block';
import type { AllocatedMemory } from './kernel-build';
import type { MemoryPlan } from './memory-plan';

/** What the threads spent on one record of the program, over all runs since the profile began. */
export interface RecordTime {
  readonly section: string;
  readonly step: ChainedStep;
  /** Milliseconds, by thread. */
  readonly milliseconds: readonly number[];
}

export interface Profile {
  readonly runs: number;
  /** Milliseconds from the start to the end of each run, added up. What a thread did not spend on records it waited or looked for work. */
  readonly elapsedMs: number;
  readonly records: readonly RecordTime[];
}

/** Reads what the threads add up in the memory, in ticks of a clock whose unit only a comparison with the wall clock tells. */
export class Profiler {
  private runs = 0;
  private elapsedMs = 0;
  private firstBegan = 0;
  private lastEnded = 0;

  constructor(
    private readonly plan: MemoryPlan,
    private readonly memory: AllocatedMemory,
    private readonly threads: number,
  ) {}

  /** Begins anew: what was measured so far is forgotten. */
  reset(): void {
    for (let thread = 0; thread < this.threads; thread++) this.ticksOf(thread).fill(0);
    this.runs = 0;
    this.elapsedMs = 0;
  }

  /** Does one run. */
  time(run: () => void): void {
    const began = performance.now();
    run();
    this.lastEnded = performance.now();
    this.elapsedMs += this.lastEnded - began;
    if (this.runs === 0) this.firstBegan = began;
    this.runs++;
  }

  /** @throws Error before the first run. */
  read(): Profile {
    if (this.runs === 0) throw new Error('Nothing has run since the profile began.');
    const threads = Array.from({ length: this.threads }, (_, thread) => this.ticksOf(thread));
    const [first] = threads;
    const ticks = first![profileWords.ended]! - first![profileWords.began]!;
    const msPerTick = (this.lastEnded - this.firstBegan) / ticks;
    const records = this.plan.sections.flatMap(({ name, steps, firstIndex }) =>
      steps.map((step, index) => ({
        section: name,
        step,
        milliseconds: threads.map((of) => of[profileWords.records + firstIndex + index]! * msPerTick),
      })),
    );
    return { runs: this.runs, elapsedMs: this.elapsedMs, records };
  }

  private ticksOf(thread: number): Float64Array {
    const { at, bytesPerThread } = this.plan.profile!;
    return new Float64Array(this.memory.buffer, this.memory.base + at + thread * bytesPerThread, bytesPerThread / 8);
  }
}
