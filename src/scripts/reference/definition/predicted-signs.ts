import { largest } from '../comparison';

/**
 * Float32 sums in another order differ by so much of the largest. Within it, a magnitude near the threshold may be on either side, and a full
 * gradient near zero may have either sign.
 */
const undecided = 1e-5;

/** What PSG's optimizer may see of one weight gradient, where roundings leave no other choice: `least` = `most`. */
export interface PredictedSigns {
  readonly least: Float64Array;
  readonly most: Float64Array;
  /** As float64 gives it. */
  readonly exact: Float64Array;
  /** Entries that the predictor decides, at least and at most. */
  readonly predicted: readonly [least: number, most: number];
}

/** @param threshold tau, or where negative −β: tau = β·max |predicted|. */
export function predictedSigns(predicted: Float64Array, full: Float64Array, threshold: number): PredictedSigns {
  const [ofPredicted, ofFull] = [largest(predicted), largest(full)];
  const tau = threshold < 0 ? -threshold * ofPredicted : threshold;
  const [least, most] = [new Float64Array(full.length), new Float64Array(full.length)];
  const exact = new Float64Array(full.length);
  const count: [number, number] = [0, 0];
  full.forEach((value, i) => {
    const guess = predicted[i]!;
    const beyond = Math.abs(guess) - tau;
    const nearThreshold = Math.abs(beyond) <= undecided * ofPredicted;
    const possible: number[] = [];
    if (beyond >= 0 || nearThreshold) possible.push(...signs(guess, undecided * ofPredicted));
    if (beyond < 0 || nearThreshold) possible.push(...signs(value, undecided * ofFull));
    [least[i], most[i]] = [Math.min(...possible), Math.max(...possible)];
    exact[i] = Math.sign(beyond >= 0 ? guess : value);
    if (beyond >= 0 && !nearThreshold) count[0] += 1;
    if (beyond >= 0 || nearThreshold) count[1] += 1;
  });
  return { least, most, exact, predicted: count };
}

/** Of a kernel that is used twice: each use counts by the sign of its own gradient. */
export function addSigns(a: PredictedSigns, b: PredictedSigns): PredictedSigns {
  const sum = (one: Float64Array, other: Float64Array) => one.map((value, i) => value + other[i]!);
  return {
    least: sum(a.least, b.least),
    most: sum(a.most, b.most),
    exact: sum(a.exact, b.exact),
    predicted: [a.predicted[0] + b.predicted[0], a.predicted[1] + b.predicted[1]],
  };
}

const signs = (value: number, margin: number) => (Math.abs(value) <= margin ? [-1, 1] : [Math.sign(value)]);
