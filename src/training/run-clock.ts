import { performance } from 'node:perf_hooks';

/** Share of the newest measurement in a moving mean, once there are enough of them. */
const newestShare = 0.02;

class MovingMean {
  private count = 0;
  private value = 0;

  get mean(): number | undefined {
    return this.count === 0 ? undefined : this.value;
  }

  add(measured: number): void {
    this.count += 1;
    this.value += Math.max(1 / this.count, newestShare) * (measured - this.value);
  }
}

/** Wall-clock of a run: how long it has taken, pauses between resumes left out, and how long its parts take. */
export class RunClock {
  private readonly started = performance.now();
  readonly iterationSeconds = new MovingMean();
  readonly evaluationSeconds = new MovingMean();

  /** @param before seconds that the run took in earlier processes. */
  constructor(private readonly before: number) {}

  get seconds(): number {
    return this.before + (performance.now() - this.started) / 1000;
  }
}
