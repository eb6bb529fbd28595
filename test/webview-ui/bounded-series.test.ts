import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoundedSeries } from '../../webview-ui/dashboard/bounded-series';

function filled(count: number, limit: number) {
  const series = new BoundedSeries(['y'], limit);
  for (let x = 1; x <= count; x++) series.append(x, { y: x * 2 });
  return series;
}

test('memory stays within the limit, kept points are even, and first and last are always there', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 8, max: 200 }), (count, limit) => {
      const series = filled(count, limit);
      expect(series.length).toBeLessThanOrEqual(limit);
      expect(series.x[0]).toBe(1);
      expect(series.x.at(-1)).toBe(count);
      expect(series.columns.y).toEqual(series.x.map((x) => x * 2));
      for (let index = 1; index < series.length - 1; index++) expect(series.x[index]! - series.x[index - 1]!).toBe(series.keptEvery);
    }),
  );
});

test('nothing is left out below the limit', () => {
  const series = filled(100, 100);
  expect(series.x).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(series.keptEvery).toBe(1);
});

test('points from an iteration on can be forgotten and computed again', () => {
  const series = filled(1000, 64);
  series.forgetFrom(500);
  expect(series.x.at(-1)).toBeLessThan(500);
  for (let x = 500; x <= 2000; x++) series.append(x, { y: x * 2 });
  expect(series.x.at(-1)).toBe(2000);
  expect(series.length).toBeLessThanOrEqual(64);
  expect([...series.x].sort((one, other) => one - other)).toEqual(series.x);
  series.forgetFrom(0);
  expect(series.length).toBe(0);
});

test('between kept points a value is interpolated, outside of them it is not known', () => {
  const series = filled(1000, 64);
  for (const x of [1, 2, 500.5, 999, 1000]) expect(series.at(x, 'y')).toBeCloseTo(2 * x, 9);
  expect(series.at(0, 'y')).toBeUndefined();
  expect(series.at(1001, 'y')).toBeUndefined();
  expect(filled(1, 64).at(1, 'y')).toBe(2);
  expect(filled(0, 64).at(1, 'y')).toBeUndefined();
});
