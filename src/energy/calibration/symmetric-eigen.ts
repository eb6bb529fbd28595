export interface Eigen {
  readonly value: number;
  /** Of length 1. */
  readonly vector: readonly number[];
}

/** Eigenvalues and eigenvectors of a small symmetric matrix, by Jacobi's rotations (Golub and Van Loan, Matrix Computations, section 8.5). */
export function symmetricEigen(matrix: readonly (readonly number[])[]): Eigen[] {
  const size = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = matrix.map((_, row) => matrix.map((__, column) => Number(row === column)));
  for (let sweep = 0; sweep < 60 && offDiagonal(a) > 1e-30; sweep++) {
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(a, vectors, p, q);
  }
  return a.map((row, index) => ({ value: row[index]!, vector: vectors.map((components) => components[index]!) }));
}

function offDiagonal(a: readonly (readonly number[])[]): number {
  return a.reduce((sum, row, i) => sum + row.reduce((squares, value, j) => squares + (i === j ? 0 : value * value), 0), 0);
}

/** Makes a[p][q] zero. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  if (a[p]![q] === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  const turn = (row: number[]) => {
    const [x, y] = [row[p]!, row[q]!];
    row[p] = cosine * x - sine * y;
    row[q] = sine * x + cosine * y;
  };
  a.forEach(turn);
  const [above, below] = [[...a[p]!], [...a[q]!]];
  a.forEach((_, column) => {
    a[p]![column] = cosine * above[column]! - sine * below[column]!;
    a[q]![column] = sine * above[column]! + cosine * below[column]!;
  });
  vectors.forEach(turn);
}
