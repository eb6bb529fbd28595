import type { SensorTree } from '../meters/sensor-tree';

/** A span that a script marked, by the board's clock. */
export interface BoardWindow {
  readonly kind: 'idle' | 'load' | 'marked';
  readonly begin: number;
  readonly end: number;
  /** Executions that the workload says it did between its marks. */
  readonly executions?: number;
}

/** Values of the sampled files at one time; undefined where one could not be read. */
export interface Reading {
  readonly time: number;
  readonly values: readonly (number | undefined)[];
}

/** What a script on a board said, line by line. */
export class BoardRecord {
  bootId?: string;
  hardware?: string;
  kernel?: string;
  failure?: string;
  done = false;
  /** This machine's clock minus the board's: the smallest difference seen, since what is above it is the way. */
  clockDifference = Number.POSITIVE_INFINITY;
  readonly tree = new Map<string, { readonly text: string } | 'denied'>();
  readonly readings: Reading[] = [];
  readonly windows: BoardWindow[] = [];
  readonly statuses: number[] = [];
  readonly errors: string[] = [];
  /** Processor time of the sampling loop, in seconds. */
  samplerSeconds?: number;
  private readonly open = new Map<string, number>();
  private readingTimes = false;

  get sensorTree(): SensorTree {
    return this.tree;
  }

  /** @param arrival of the line, in seconds on this machine's clock. */
  hear(line: string, arrival: number): void {
    if (this.readingTimes && /^\d+m/.test(line)) {
      this.samplerSeconds = (this.samplerSeconds ?? 0) + secondsOfTimes(line);
      return;
    }
    // What programs on the board print goes to terminals and files of ours: without signs that steer these.
    const [, word, rest = ''] = /^@e2 (\w+) ?(.*)$/.exec(line.replaceAll(/\p{Cc}/gu, ' ')) ?? [];
    if (word === undefined) return;
    const [first = '', ...others] = rest.split(' ');
    const tail = others.join(' ').trim();
    if (word === 's') this.read(first, others, arrival);
    else if (word === 'board') {
      this.timed(first, arrival);
      this.bootId = tail;
    } else if (word === 'begin') this.open.set(tail, this.timed(first, arrival));
    else if (word === 'end') this.close(tail, this.timed(first, arrival));
    else if (word === 'status') this.statuses.push(Number(first));
    else if (word === 'error') this.errors.push(rest);
    else if (word === 'file') this.tree.set(first, { text: tail });
    else if (word === 'denied') this.tree.set(first, 'denied');
    else if (word === 'kernel') this.kernel = rest;
    else if (word === 'hardware') this.hardware = rest;
    else if (word === 'failed') this.failure = rest;
    else if (word === 'times') this.readingTimes = true;
    else if (word === 'done') this.done = true;
  }

  /** Whether the board's clock went backwards, as it does when the board starts anew. */
  get jumpedBack(): boolean {
    return this.readings.some(({ time }, index) => index > 0 && time < this.readings[index - 1]!.time);
  }

  private read(time: string, values: readonly string[], arrival: number): void {
    const at = this.timed(time, arrival);
    if (Number.isFinite(at)) this.readings.push({ time: at, values: values.map(numberOr) });
  }

  private timed(text: string, arrival: number): number {
    const time = Number(text);
    if (text !== '' && Number.isFinite(time)) this.clockDifference = Math.min(this.clockDifference, arrival - time);
    return time;
  }

  private close(what: string, end: number): void {
    const [kind, executions] = what.split(/\s+/) as [BoardWindow['kind'], string?];
    const begin = this.open.get(kind);
    if (begin === undefined) return;
    this.open.delete(kind);
    this.windows.push({ kind, begin, end, ...(executions && Number(executions) >= 1 && { executions: Math.round(Number(executions)) }) });
  }
}

/** `0m0.010s 0m0.020s`: what the shell's `times` says. */
function secondsOfTimes(line: string): number {
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);
}

const numberOr = (text: string) => (text === '-' || text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text));
