import type { Random } from '../platform/random';

/**
 * Stochastic mini-batch dropping (SMD; E2-Train, section 3.1): each iteration draws u ~ U(0, 1) and is dropped when u < p.
 * One number is drawn per iteration whether or not SMD is on, so that switching it changes no later draw.
 */
export class MiniBatchDropping {
  constructor(private readonly random: Random) {}

  /** Whether the next iteration is dropped. Called exactly once per iteration. */
  dropsNext(smd: { readonly enabled: boolean; readonly dropProbability: number }): boolean {
    const u = this.random.uniform();
    return smd.enabled && u < smd.dropProbability;
  }

  get state() {
    return this.random.state;
  }
}
