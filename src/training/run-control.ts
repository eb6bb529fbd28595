import type { Tuning } from '../protocol/configuration';

/** The hand on a live run: whoever started it tunes and stops it through this, at any moment. */
export class RunControl {
  private tunings: Tuning[] = [];
  private stopping = false;

  /** Changes the run from its next iteration on. */
  tune(tuning: Tuning): void {
    this.tunings.push(tuning);
  }

  /** Ends the run after the present iteration, with a checkpoint. */
  stop(): void {
    this.stopping = true;
  }

  get stopRequested(): boolean {
    return this.stopping;
  }

  /** The tunings asked for since the last call, oldest first. */
  takeTunings(): Tuning[] {
    const taken = this.tunings;
    this.tunings = [];
    return taken;
  }
}
