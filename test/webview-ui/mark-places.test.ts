import { expect, test } from 'vitest';
import { placeMarks } from '../../webview-ui/dashboard/mark-places';

const at = (x: number) => 100 + x;
const widthOf = (text: string) => 10 * text.length;

test('marks stand where they belong, their labels behind them, and those outside of the axis are left out', () => {
  const marks = [-1, 0, 50, 200, 201].map((x) => ({ x, label: 'abc' }));
  expect(placeMarks(marks, at, 100, 300, widthOf)).toEqual([
    { at: 100, label: { text: 'abc', start: 103 } },
    { at: 150, label: { text: 'abc', start: 153 } },
    // At the end there is no room behind it.
    { at: 300, label: { text: 'abc', start: 270 } },
  ]);
});

test('a label that would run into the one before is left out, its line is not', () => {
  const marks = [0, 20, 60].map((x) => ({ x, label: 'abc' }));
  expect(placeMarks(marks, at, 100, 300, widthOf).map(({ label }) => label?.start)).toEqual([103, undefined, 163]);
});

test('a label wider than the chart begins at its left', () => {
  expect(placeMarks([{ x: 10, label: 'a'.repeat(30) }], at, 100, 300, widthOf)[0]).toEqual({
    at: 110,
    label: { text: 'a'.repeat(30), start: 100 },
  });
});
