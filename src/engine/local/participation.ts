import { cpus } from 'node:os';

/** What is looked at together: long against the grain of a scheduler, short against a training run. */
const lookMs = 50;
/** So many looks in succession must miss a core: in a first step threads start and memory comes in page by page, and others have their moments. */
const looksThatMiss = 2;
/** Until the next look where all take part, since it costs nothing then. */
const pauseMs = 100;
/** Where some take a rest it is asked so often whether a core has stood idle, and looked only then: a step that waits for one's core takes up to twice as long. */
const idlenessMs = 500;
/** Until the next look after one in vain although a core stood idle, or where the system does not say, over what the last looks took. */
const pauseOverLook = 20;
/** So much of a core must another thread bring to be worth it: waiting threads spin for a moment before they sleep, and data changes caches. */
const worthwhile = 0.4;

/** In milliseconds. */
export interface Clocks {
  now(): number;
  /** Of this process, all threads. */
  processorTime(): number;
  /** Of all cores of the machine together; undefined where the system does not say. */
  idleTime(): number | undefined;
}

const machineClocks: Clocks = {
  now: () => performance.now(),
  processorTime() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  idleTime() {
    const cores = cpus();
    return cores.length === 0 ? undefined : cores.reduce((sum, { times }) => sum + times.idle, 0);
  },
};

/**
 * How many of the threads take part. A thread that loses its core in the middle of its share lets all others wait, so beside other busy
 * processes fewer threads can be faster than all. Now and then all take part while it is looked how many cores the process really gets; where
 * some take a rest, only once a core has stood idle, since a look that finds none is dear.
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
  /** Looks in succession that missed a core, and how long they took. */
  private missed = 0;
  private missedMs = 0;
  /** What the machine's cores had stood idle when it was asked last, and when that was. */
  private idle: number | undefined;
  private idleAskedAt = 0;
  /** Whether the threads took a rest before this look. */
  private rested = false;

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
    if (now >= this.nextLook && this.active < this.threads && !this.coreStoodIdle(now)) this.nextLook = now + idlenessMs;
    this.looking = now >= this.nextLook;
    if (!this.looking) return;
    this.rested ||= this.active < this.threads;
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
    const wanted = Math.min(this.threads, Math.max(1, Math.ceil(cores - worthwhile)));
    this.missed = wanted < this.threads ? this.missed + 1 : 0;
    this.missedMs = wanted < this.threads ? this.missedMs + this.elapsed : 0;
    this.elapsed = this.processor = 0;
    if (this.missed > 0 && this.missed < looksThatMiss) return;
    this.active = wanted;
    if (wanted === this.threads) this.nextLook = now + pauseMs;
    else {
      this.askIdleTime(now);
      this.nextLook = now + (this.rested || this.idle === undefined ? pauseOverLook * this.missedMs : idlenessMs);
    }
    this.missed = this.missedMs = 0;
    this.rested = false;
  }

  /** Since it was asked last; taken to be so where the system does not say. */
  private coreStoodIdle(now: number): boolean {
    const [before, beforeAt] = [this.idle, this.idleAskedAt];
    this.askIdleTime(now);
    if (before === undefined || this.idle === undefined) return true;
    return this.idle - before >= worthwhile * (now - beforeAt);
  }

  private askIdleTime(now: number): void {
    this.idle = this.clocks.idleTime();
    this.idleAskedAt = now;
  }
}
