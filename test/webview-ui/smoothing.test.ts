import { expect, test } from 'vitest';
import { smooth } from '../../webview-ui/dashboard/smoothing';

test('a constant stays what it is from the first value on', () => {
  for (const value of smooth([3, 3, 3, 3], 0.95)) expect(value).toBeCloseTo(3, 12);
});

// By hand from the definition (weights 1, ½, ¼, … back in time, normalised; pandas calls it ewm(alpha=0.5, adjust=True)): (4 + 1 + ¼) / (7/4) = 3, …
test('values are the normalised exponentially weighted mean', () => {
  const expected = [1, 5 / 3, 3, 17 / 3];
  smooth([1, 2, 4, 8], 0.5).forEach((value, index) => {
    expect(value).toBeCloseTo(expected[index]!, 12);
  });
});

test('no smoothing gives the values back', () => {
  expect(smooth([5, 1, 2], 0)).toEqual([5, 1, 2]);
});
