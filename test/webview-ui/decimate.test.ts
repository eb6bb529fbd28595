import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimate, sampleEvenly } from '../../webview-ui/dashboard/decimate';

const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 2000 });

test('at most two points per bucket stay, in order, all of them points of the series, with its peaks', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 100 }), (y, buckets) => {
      const x = y.map((_, index) => index * 3);
      const points = decimate(x, y, buckets);
      expect(points.length).toBeLessThanOrEqual(2 * buckets);
      expect(Math.max(...points.map((point) => point.y))).toBe(Math.max(...y));
      expect(Math.min(...points.map((point) => point.y))).toBe(Math.min(...y));
      for (let index = 1; index < points.length; index++) expect(points[index]!.x).toBeGreaterThan(points[index - 1]!.x);
      for (const point of points) expect(y[point.x / 3]).toBe(point.y);
    }),
  );
});

test('a short series comes back whole', () => {
  expect(decimate([1, 2, 5], [3, 1, 2], 10)).toEqual([
    { x: 1, y: 3 },
    { x: 2, y: 1 },
    { x: 5, y: 2 },
  ]);
});

test('a single spike among a million points survives', () => {
  const y = new Array<number>(1_000_000).fill(1);
  y[345_678] = 9;
  const x = y.map((_, index) => index);
  expect(decimate(x, y, 400)).toContainEqual({ x: 345_678, y: 9 });
});

test('even sampling keeps both ends and the same places for every series of one x', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 2, max: 60 }), (length, count) => {
      const x = Array.from({ length }, (_, index) => index + 1);
      const one = sampleEvenly(x, x, count);
      const other = sampleEvenly(
        x,
        x.map((value) => -value),
        count,
      );
      expect(one.length).toBe(Math.min(length, count));
      expect(one[0]!.x).toBe(1);
      expect(one.at(-1)!.x).toBe(length);
      expect(one.map((point) => point.x)).toEqual(other.map((point) => point.x));
    }),
  );
});
