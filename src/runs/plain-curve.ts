/** A run of plain training: what it cost, in whatever unit, and the accuracy that it reached. */
export interface CurvePoint {
  readonly cost: number;
  readonly accuracy: number;
}

/** The same with the length that it was asked for. */
export interface PlainRun extends CurvePoint {
  readonly iterations: number;
}

/** Runs of one length as one, with the mean of their accuracies; the cheapest first. */
export function meanOfEachLength(runs: readonly PlainRun[]): PlainRun[] {
  const lengths = [...new Set(runs.map(({ iterations }) => iterations))];
  const means = lengths.map((iterations) => {
    const same = runs.filter((run) => run.iterations === iterations);
    return { iterations, cost: same[0]!.cost, accuracy: same.reduce((sum, { accuracy }) => sum + accuracy, 0) / same.length };
  });
  return means.sort((one, other) => one.cost - other.cost);
}

/**
 * Accuracy of plain training at a cost, interpolated between the two nearest runs, linearly in the cost's logarithm (accuracy grows about as
 * much with each doubling). Undefined outside of the costs that were run: nothing is extrapolated.
 */
export function accuracyAt(curve: readonly CurvePoint[], cost: number): number | undefined {
  const ordered = [...curve].sort((a, b) => a.cost - b.cost);
  const upper = ordered.findIndex((point) => point.cost >= cost);
  if (upper < 0) return undefined;
  const above = ordered[upper]!;
  if (above.cost === cost) return above.accuracy;
  const below = ordered[upper - 1];
  if (!below) return undefined;
  const position = Math.log(cost / below.cost) / Math.log(above.cost / below.cost);
  return below.accuracy + position * (above.accuracy - below.accuracy);
}
