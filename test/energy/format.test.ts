import { expect, it } from 'vitest';
import { formatCount, formatDeviation, formatDuration, formatJoules, formatShare } from '../../src/energy/format';

it.each([
  [0, '0 J'],
  [1.8e-3, '1.80 mJ'],
  [9.996e-4, '1.00 mJ'],
  [999.4e-6, '999 µJ'],
  [35.2e-12, '35.2 pJ'],
  [4.6e-13, '0.460 pJ'],
  [1.234, '1.23 J'],
  [12345, '12.3 kJ'],
  [3.6e6, '3.60 MJ'],
  [-0.25, '−250 mJ'],
  [Number.NaN, 'unavailable'],
])('%f joules read %s', (joules, text) => {
  expect(formatJoules(joules)).toBe(text);
});

it.each([
  [0, '0'],
  [640, '640'],
  [999.6, '1.00 k'],
  [274042, '274 k'],
  [40_551_040, '40.6 M'],
  [2.5e9, '2.50 G'],
])('a count of %f reads %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

it.each([
  [0, '0 %'],
  [0.0001, '< 0.1 %'],
  [0.033, '3.3 %'],
  [0.0996, '10 %'],
  [0.843, '84 %'],
  [1, '100 %'],
  [-0.5, '−50 %'],
])('a share of %f reads %s', (share, text) => {
  expect(formatShare(share)).toBe(text);
});

it.each([
  [0, '0 s'],
  [0.0124, '12.4 ms'],
  [0.5, '500 ms'],
  [4.25, '4.3 s'],
  [9.96, '10 s'],
  [59.6, '1 min 00 s'],
  [200, '3 min 20 s'],
  [3599.7, '1 h 00 min'],
  [3900, '1 h 05 min'],
  [2 * 86400 + 3 * 3600, '2 d 3 h'],
  [-1, 'unavailable'],
])('%f seconds read %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

it('says how far a figure lies from another, in per cent and far above it in times', () => {
  expect([1.17, 0.92, 1, 9.99, 42.4, 61300.9].map((ratio) => formatDeviation(ratio))).toEqual([
    '+17 %',
    '−8.0 %',
    '+0 %',
    '+899 %',
    '42 times',
    '6.13e+4 times',
  ]);
});
