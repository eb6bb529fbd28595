import type { Unavailable } from '../power-sample';

const trials = 8;
/** Executions are raised by this at first, when nothing is known of how long one takes, and by no more than the other at once. */
const firstRaise = 10;
const largestRaise = 100;
const leastRaise = 1.5;
/** A run should be a little longer than asked for, so that the next one is not shorter. */
const margin = 1.1;

/**
 * Finds how many executions make a run of a workload as long as it should be, by trying: from two trials, what one execution takes beside the
 * command's own start.
 * @param secondsOf tries a number of executions; undefined where that gave nothing.
 * @returns the executions; those of the last trial where it gave nothing, so that the measurement can say why.
 */
export async function raiseExecutions(
  from: number,
  windowSeconds: number,
  secondsOf: (executions: number) => Promise<number | undefined>,
): Promise<number | Unavailable> {
  let executions = from;
  let seconds: number | undefined;
  let before: { readonly executions: number; readonly seconds: number } | undefined;
  for (let trial = 0; trial < trials; trial++) {
    seconds = await secondsOf(executions);
    if (seconds === undefined || seconds >= windowSeconds) return executions;
    const each = before ? (seconds - before.seconds) / (executions - before.executions) : 0;
    const wanted = each > 0 ? executions + (margin * windowSeconds - seconds) / each : executions * (before ? largestRaise : firstRaise);
    before = { executions, seconds };
    executions = Math.ceil(Math.min(Math.max(wanted, leastRaise * executions), largestRaise * executions));
  }
  return {
    unavailable: `A run takes ${seconds?.toFixed(2)} s even with ${before?.executions} executions: does the workload repeat the layer as {executions} says?`,
  };
}
