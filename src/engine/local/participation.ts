/** What is looked at together: long against the grain of a scheduler, short against a training run. */
const lookMs = 50;
/** Until the next look: soon where all take part, since it costs nothing then; later where some are to try in vain again. */
const pauseMs = { all: 100, fewer: 1000 };
/** So much of a core must another thread bring to be worth it: waiting threads spin for a moment before they sleep, and data changes caches. */
const worthwhile = 0.25;

/** Time and processor time of this process, in milliseconds. */
export interface Clocks {
  now(): number;
  processorTime(): number;
}

const machineClocks: Clocks = {
  now: () => performance.now(),
  processorTime() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/**
 * How many of the threads take part. A thread that loses its core in the middle of its share lets all others wait, so beside other busy
 * processes fewer threads can be faster than all. Now and then all take part while it is looked how many cores the process really gets.
 * Who takes part does not change what is computed: the shares of the work stay as many as there are threads.
 */
export class Participation {
  active: number;
  private nextLook = 0;
  private began = 0;
  private beganProcessor = 0;
  private elapsed = 0;
  private processor = 0;
  private looking = false;

  constructor(
    private readonly threads: number,
    private readonly clocks: Clocks = machineClocks,
  ) {
    this.active = threads;
  }

  /** Before a section is run. */
  begin(): void {
    if (this.threads === 1) return;
    const now = this.clocks.now();
    this.looking = now >= this.nextLook;
    if (!this.looking) return;
    this.active = this.threads;
    this.began = now;
    this.beganProcessor = this.clocks.processorTime();
  }

  /** After it. */
  end(): void {
    if (!this.looking) return;
    const now = this.clocks.now();
    this.elapsed += now - this.began;
    this.processor += this.clocks.processorTime() - this.beganProcessor;
    if (this.elapsed < lookMs) return;
    const cores = this.processor / this.elapsed;
    this.active = Math.min(this.threads, Math.max(1, Math.ceil(cores - worthwhile)));
    this.elapsed = this.processor = 0;
    this.nextLook = now + (this.active === this.threads ? pauseMs.all : pauseMs.fewer);
  }
}
