/**
 * The x ≥ 0 that minimises |A·x − b|², by coordinate descent on the normal equations: each step puts one coordinate at its best value, cut at 0.
 * The problem is convex, so this converges to the minimum; where columns depend on each other it is one of many.
 * @param columns of A; scale them alike.
 */
export function nonnegativeLeastSquares(columns: readonly (readonly number[])[], target: readonly number[]): number[] {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, row) => sum + value * b[row]!, 0);
  const gram = columns.map((a) => columns.map((b) => dot(a, b)));
  const right = columns.map((column) => dot(column, target));
  const x = columns.map(() => 0);
  for (let round = 0; round < 100_000; round++) {
    let largest = 0;
    for (let k = 0; k < x.length; k++) {
      if (gram[k]![k] === 0) continue;
      const gradient = gram[k]!.reduce((sum, value, other) => sum + value * x[other]!, 0) - right[k]!;
      const next = Math.max(0, x[k]! - gradient / gram[k]![k]!);
      largest = Math.max(largest, Math.abs(next - x[k]!));
      x[k] = next;
    }
    if (largest <= 1e-12 * Math.max(...x, 1e-300)) break;
  }
  return x;
}

/** Share of a column's square that no combination of the others gives, 0 to 1: near 0 the data cannot tell it from them. */
export function independentShare(columns: readonly (readonly number[])[], index: number): number {
  const basis: number[][] = [];
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, row) => sum + value * b[row]!, 0);
  const withoutBasis = (column: readonly number[]) => {
    let rest = [...column];
    // Twice, since rounding leaves a little of what was taken away.
    for (const unit of [...basis, ...basis]) {
      const share = dot(unit, rest);
      rest = rest.map((value, row) => value - share * unit[row]!);
    }
    return rest;
  };
  columns.forEach((column, other) => {
    if (other === index) return;
    const rest = withoutBasis(column);
    const length = Math.sqrt(dot(rest, rest));
    if (length > 1e-9 * Math.sqrt(dot(column, column))) basis.push(rest.map((value) => value / length));
  });
  const column = columns[index]!;
  const square = dot(column, column);
  const rest = withoutBasis(column);
  return square === 0 ? 0 : dot(rest, rest) / square;
}
