import { symmetricEigen } from './symmetric-eigen';

/** Eigenvalues below this are rounding. */
const noShare = 1e-12;
/** Errors of coefficients whose correlation is beyond this are two sides of one: of three equal columns each pair has −1/2. */
const leastCorrelation = 0.45;

/** How well a least-squares problem determines its coefficients. */
export interface Determination {
  /** Standard error of each coefficient for a scatter of 1 about the fit. */
  readonly errors: readonly number[];
  /** Between the errors of each two. */
  readonly correlations: readonly (readonly number[])[];
}

/** From the inverse of the normal equations, made of the eigenvectors of the columns' cosines. @param columns none of them all zeros. */
export function determination(columns: readonly (readonly number[])[]): Determination {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, row) => sum + value * b[row]!, 0);
  const lengths = columns.map((column) => Math.hypot(...column));
  const cosines = columns.map((a, i) => columns.map((b, j) => dot(a, b) / (lengths[i]! * lengths[j]!)));
  const eigen = symmetricEigen(cosines);
  const inverse = columns.map((_, i) =>
    columns.map((__, j) => eigen.reduce((sum, { value, vector }) => sum + (vector[i]! * vector[j]!) / Math.max(value, noShare), 0)),
  );
  return {
    errors: lengths.map((length, i) => Math.sqrt(inverse[i]![i]!) / length),
    correlations: inverse.map((row, i) => row.map((value, j) => value / Math.sqrt(inverse[i]![i]! * inverse[j]![j]!))),
  };
}

/** Undetermined coefficients group by group: those of one group can stand for each other. @param undetermined places of the coefficients. */
export function groupsOfUndetermined({ correlations }: Determination, undetermined: readonly number[]): number[][] {
  const groups: number[][] = [];
  for (const start of undetermined) {
    if (groups.some((group) => group.includes(start))) continue;
    const group = [start];
    for (const member of group) {
      group.push(...undetermined.filter((other) => !group.includes(other) && Math.abs(correlations[member]![other]!) >= leastCorrelation));
    }
    groups.push(group.sort((a, b) => a - b));
  }
  return groups;
}
