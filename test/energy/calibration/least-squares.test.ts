import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { determination, groupsOfUndetermined } from '../../../src/energy/calibration/determination';
import { fitTiming } from '../../../src/energy/calibration/fit-timing';
import { nonnegativeLeastSquares } from '../../../src/energy/calibration/nonnegative-least-squares';
import { symmetricEigen } from '../../../src/energy/calibration/symmetric-eigen';

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, place) => sum + value * b[place]!, 0);
const number = fc.double({ min: -1, max: 1, noNaN: true });
const columnsOf = (count: number, rows: number) =>
  fc.array(fc.array(number, { minLength: rows, maxLength: rows }), { minLength: count, maxLength: count });

describe('non-negative least squares', () => {
  it('cuts at zero what would be negative, by hand', () => {
    // Unbounded: x = (2, −1). With x₂ ≥ 0 the best is x₁ = 3/2 on [1, 1]·x₁ = [2, 1].
    const [first, second] = nonnegativeLeastSquares(
      [
        [1, 1],
        [0, 1],
      ],
      [2, 1],
    );
    expect(first).toBeCloseTo(1.5, 9);
    expect(second).toBe(0);
  });

  it('fulfils the conditions of Karush, Kuhn and Tucker: no gradient where x > 0, none downwards where x = 0', () => {
    fc.assert(
      fc.property(columnsOf(3, 8), fc.array(number, { minLength: 8, maxLength: 8 }), (columns, target) => {
        const point = columns.map(() => 0);
        const x = nonnegativeLeastSquares(columns, target, { point, weight: 1e-3 });
        const residual = target.map((value, row) => columns.reduce((sum, column, k) => sum + column[row]! * x[k]!, 0) - value);
        columns.forEach((column, k) => {
          const gradient = dot(column, residual) + 1e-3 * x[k]!;
          expect(gradient).toBeGreaterThan(-1e-6);
          if (x[k]! > 0) expect(Math.abs(gradient)).toBeLessThan(1e-6);
        });
      }),
      { seed: 1 },
    );
  });
});

it('eigenvectors are orthonormal and make up the matrix', () => {
  fc.assert(
    fc.property(columnsOf(5, 5), (columns) => {
      const matrix = columns.map((a) => columns.map((b) => dot(a, b)));
      const eigen = symmetricEigen(matrix);
      matrix.forEach((row, i) => {
        row.forEach((value, j) => {
          const again = eigen.reduce((sum, one) => sum + one.value * one.vector[i]! * one.vector[j]!, 0);
          expect(again).toBeCloseTo(value, 9);
          expect(dot(eigen[i]!.vector, eigen[j]!.vector)).toBeCloseTo(Number(i === j), 9);
        });
      });
    }),
    { seed: 2 },
  );
});

describe('what a fit determines', () => {
  it('has the standard errors of ordinary least squares: for a line through n points, 1/√n and 1/√Σ(x − x̄)²', () => {
    const x = [-2, -1, 0, 1, 2];
    const { errors, correlations } = determination([x.map(() => 1), x]);
    expect(errors[0]).toBeCloseTo(1 / Math.sqrt(5), 12);
    expect(errors[1]).toBeCloseTo(1 / Math.sqrt(10), 12);
    expect(correlations[0]![1]).toBeCloseTo(0, 12);
  });

  it('groups columns that depend on each other, and leaves others out', () => {
    const [a, b] = [
      [1, 2, 3, 4, 5, 6],
      [1, -1, 2, -2, 3, -3],
    ];
    const twice = a!.map((value) => 2 * value);
    const sum = a!.map((value, row) => value + b![row]!);
    const all = (columns: number[][]) => groupsOfUndetermined(determination(columns), [...columns.keys()]);
    expect(all([a!, twice, [1, 0, 0, 0, 0, 0]])).toEqual([[0, 1], [2]]);
    expect(all([a!, twice, a!.map((value) => 3 * value)])).toEqual([[0, 1, 2]]);
    expect(all([a!, b!, sum])).toEqual([[0, 1, 2]]);
  });
});

describe('clock and bandwidth', () => {
  const positive = fc.double({ min: 0.01, max: 1, noNaN: true });

  it('are those that the times were made of, where some works wait for each', () => {
    fc.assert(
      fc.property(positive, positive, fc.array(fc.tuple(positive, positive), { minLength: 20, maxLength: 20 }), (clock, width, amounts) => {
        const secondsOf = (cycles: number, bytes: number) => Math.max(cycles / clock, bytes / width);
        const waits = amounts.map(([cycles, bytes]) => cycles / clock > bytes / width);
        fc.pre(waits.includes(true) && waits.includes(false));
        const { clockHz, dramBytesPerSecond, error } = fitTiming(
          amounts.map(([cycles, bytes]) => ({ cycles, bytes, seconds: secondsOf(cycles, bytes) })),
        );
        expect(error).toBeLessThan(1e-9);
        expect(Math.abs(clockHz / clock - 1)).toBeLessThan(1e-9);
        expect(Math.abs(dramBytesPerSecond / width - 1)).toBeLessThan(1e-9);
      }),
      { seed: 3 },
    );
  });

  it('are bounds where nothing waits for one of them', () => {
    const works = [1, 2, 3].map((bytes) => ({ cycles: 0.5 * bytes, bytes, seconds: bytes / 10 }));
    expect(fitTiming(works)).toMatchObject({ clockHz: 5, dramBytesPerSecond: 10, told: { traffic: true } });
  });
});
