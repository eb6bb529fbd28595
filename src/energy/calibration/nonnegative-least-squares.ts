/** A pivot below this share of its diagonal is rounding. */
const noPivot = 1e-13;

/**
 * The x ≥ 0 that minimises |A·x − b|² + towards.weight · |x − towards.point|². Exact: of all sets of coordinates that may be above 0, the best of
 * those whose unbounded minimum is so; meant for a few columns. Where columns depend on each other, without a weight, it is one of many.
 * @param columns of A, a dozen at most; scale them alike.
 */
export function nonnegativeLeastSquares(
  columns: readonly (readonly number[])[],
  target: readonly number[],
  towards: { readonly point: readonly number[]; readonly weight: number } = { point: columns.map(() => 0), weight: 0 },
): number[] {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, row) => sum + value * b[row]!, 0);
  const gram = columns.map((a, i) => columns.map((b, j) => dot(a, b) + (i === j ? towards.weight : 0)));
  const right = columns.map((column, j) => dot(column, target) + towards.weight * towards.point[j]!);
  let best = { x: columns.map(() => 0), gain: 0 };
  for (let set = 1; set < 2 ** columns.length; set++) {
    const free = [...columns.keys()].filter((k) => (set >> k) & 1);
    const solution = solveSymmetric(
      free.map((i) => free.map((j) => gram[i]![j]!)),
      free.map((i) => right[i]!),
    );
    if (!solution?.every((value) => value >= 0)) continue;
    // What the objective is below that of x = 0, at a minimum over the free coordinates.
    const gain = dot(
      solution,
      free.map((i) => right[i]!),
    );
    if (gain > best.gain) best = { x: columns.map((_, k) => (free.includes(k) ? solution[free.indexOf(k)]! : 0)), gain };
  }
  return best.x;
}

/** Solves a symmetric positive definite system by Cholesky's factors; undefined where it is singular. */
function solveSymmetric(matrix: readonly (readonly number[])[], right: readonly number[]): number[] | undefined {
  const size = matrix.length;
  const lower = matrix.map((row) => row.map(() => 0));
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i]![j]!;
      for (let k = 0; k < j; k++) rest -= lower[i]![k]! * lower[j]![k]!;
      if (i === j && rest <= noPivot * matrix[i]![i]!) return undefined;
      lower[i]![j] = i === j ? Math.sqrt(rest) : rest / lower[j]![j]!;
    }
  }
  const x = [...right];
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) x[i]! -= lower[i]![k]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i]! -= lower[k]![i]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  return x;
}
