/** What the logit of every gate moves by in one iteration for one unit of share that ran too little. */
const gain = 0.5;

/**
 * Holds the executed share of computation at its target, beside the cost in the gates' loss: an integral controller on the bias that all gates
 * have in common. The cost alone (the authors' r = ±1) steers only as far as the gates' learning rate and the weight of the cost reach: at a
 * small learning rate it misses the target for good, and after a change it takes dozens of iterations.
 *
 * Over any n iterations the shift adds up to gain · Σ (target − share), so the mean share is off by no more than |change of the bias| / (gain ·
 * n): by two points over 200 iterations only where the bias moves by 2, which is from a share of 0.5 to one of 0.88. A step of the share
 * moves by at most gain / 4 of the error (σ' ≤ 1/4), far from where the loop would swing.
 * @returns what is to be added to the logit of every gate.
 */
export function shiftTowards(targetShare: number, share: number): number {
  return gain * (targetShare - share);
}
